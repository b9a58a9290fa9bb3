use std::cmp::Reverse;

use super::inquiry::Inquiry;
use crate::propose::crm_export::{Account, Accounts};

/// Words that say what kind of company it is, not which.
const LEGAL_FORMS: [&str; 18] = [
    "ab",
    "ag",
    "as",
    "bv",
    "co",
    "company",
    "corp",
    "corporation",
    "gmbh",
    "inc",
    "kg",
    "limited",
    "llc",
    "ltd",
    "oy",
    "plc",
    "sa",
    "srl",
];

/// The fewest letters of a name that is looked for in free text: shorter ones stand in too many words.
const NAME_IN_TEXT_MIN_BYTES: usize = 5;

/// Which account an inquiry is from, and by what that is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AccountMatch<'a> {
    /// The form names its id.
    Id(&'a Account),
    /// Several form values agree with it, none of them unique.
    Fields(&'a Account, Vec<&'static str>),
    /// One loose form value agrees with it.
    OneField(&'a Account, &'static str),
    /// Only the free text mentions it.
    Text(&'a Account),
    /// There is none, or no telling which.
    Nothing,
}

impl<'a> AccountMatch<'a> {
    /// Looks for the account: by id, by form values, by what the text mentions, in this order.
    pub fn find(inquiry: &Inquiry, accounts: &'a Accounts) -> Self {
        if let Some(id) = inquiry.value("account_id")
            && let Some(account) = accounts.iter().find(|account| account.id == id)
        {
            return Self::Id(account);
        }
        let mut agreeing: Vec<(&Account, Vec<&'static str>)> = accounts
            .iter()
            .map(|account| (account, agreeing_fields(inquiry, account)))
            .filter(|(_, fields)| !fields.is_empty())
            .collect();
        agreeing.sort_by_key(|(_, fields)| Reverse(fields.len()));
        // Two accounts that agree equally well are no match: it takes a person to tell them apart.
        let is_only = agreeing.len() < 2 || agreeing[0].1.len() > agreeing[1].1.len();
        match agreeing.into_iter().next() {
            Some((account, fields)) if is_only => match fields[..] {
                [only] => Self::OneField(account, only),
                _ => Self::Fields(account, fields),
            },
            Some(_) => Self::Nothing,
            None => Self::in_text(inquiry, accounts),
        }
    }

    fn in_text(inquiry: &Inquiry, accounts: &'a Accounts) -> Self {
        let text = format!(" {} ", words(&inquiry.text).join(" "));
        let mut mentioned = accounts.iter().filter(|account| {
            let name = core_words(account.name()).join(" ");
            name.len() >= NAME_IN_TEXT_MIN_BYTES && text.contains(&format!(" {name} "))
        });
        match (mentioned.next(), mentioned.next()) {
            (Some(only), None) => Self::Text(only),
            (_, _) => Self::Nothing,
        }
    }

    /// Returns the account, if there is one.
    pub fn account(&self) -> Option<&'a Account> {
        match self {
            Self::Id(account) | Self::Fields(account, _) | Self::OneField(account, _) | Self::Text(account) => {
                Some(account)
            }
            Self::Nothing => None,
        }
    }
}

/// Names the form values that agree with an account. A country says nothing by itself: it counts only beside another.
fn agreeing_fields(inquiry: &Inquiry, account: &Account) -> Vec<&'static str> {
    let name = core_words(account.name()).concat();
    let mut fields = Vec::new();
    if name.is_empty() {
        return fields;
    }
    if inquiry.value("company").is_some_and(|company| core_words(company).concat() == name) {
        fields.push("company");
    }
    if inquiry.value("email").is_some_and(|email| is_from_domain_of(email, &name)) {
        fields.push("email");
    }
    let country = inquiry.value("country").map(words);
    if !fields.is_empty() && country.is_some_and(|country| country == words(account.country())) {
        fields.push("country");
    }
    fields
}

/// Tells whether a part of the e-mail address's domain is the name, such as `rund-sons` for `rundsons`.
fn is_from_domain_of(email: &str, name: &str) -> bool {
    let Some((_, domain)) = email.rsplit_once('@') else { return false };
    domain.split('.').any(|label| words(label).concat() == name)
}

fn words(text: &str) -> Vec<String> {
    let parts = text.split(|letter: char| !letter.is_alphanumeric());
    parts.filter(|part| !part.is_empty()).map(str::to_lowercase).collect()
}

/// Returns the words of a company's name without its legal form at the end.
fn core_words(name: &str) -> Vec<String> {
    let mut words = words(name);
    while words.len() > 1 && words.last().is_some_and(|last| LEGAL_FORMS.contains(&last.as_str())) {
        words.pop();
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACCOUNTS: &str = "account,sector,year_established,revenue,employees,office_location,subsidiary_of\n\
        Rund & Sons Ltd,retail,1990,1,1,Norway,\nTarn Mills,retail,1990,1,1,Sweden,\nTarn Mills AB,retail,1990,1,1,Norway,\n\
        Oslo Bay,retail,1990,1,1,Norway,\n";

    fn accounts() -> Accounts {
        Accounts::read(ACCOUNTS.as_bytes(), &mut Vec::new()).expect("a table")
    }

    fn inquiry(form: &str, text: &str) -> Inquiry {
        let line = format!(r#"{{"id":"I-1","received_at":"2026-03-04T08:15:00Z","form":{form},"text":"{text}"}}"#);
        Inquiry::read(1, &line).expect("an inquiry")
    }

    fn found(form: &str, text: &str) -> String {
        let accounts = accounts();
        match AccountMatch::find(&inquiry(form, text), &accounts) {
            AccountMatch::Id(account) => format!("id {}", account.id),
            AccountMatch::Fields(account, fields) => format!("{} {}", fields.join("+"), account.id),
            AccountMatch::OneField(account, field) => format!("only {field} {}", account.id),
            AccountMatch::Text(account) => format!("text {}", account.id),
            AccountMatch::Nothing => "nothing".to_owned(),
        }
    }

    #[test]
    fn an_id_settles_it_whatever_else_is_said() {
        assert_eq!(found(r#"{"account_id":"oslo-bay","company":"Rund & Sons"}"#, ""), "id oslo-bay");
        assert_eq!(found(r#"{"account_id":"oslo","company":"Rund & Sons"}"#, ""), "only company rund-sons-ltd");
    }

    #[test]
    fn a_name_with_another_value_is_more_than_a_name() {
        assert_eq!(
            found(r#"{"company":"RUND & SONS","email":"ada@rund-sons.example"}"#, ""),
            "company+email rund-sons-ltd"
        );
        assert_eq!(found(r#"{"company":"Rund and Sons","country":"Norway"}"#, ""), "nothing");
        assert_eq!(found(r#"{"company":"Rund Sons, Ltd.","country":"norway"}"#, ""), "company+country rund-sons-ltd");
        assert_eq!(found(r#"{"email":"ada@mail.oslobay.example"}"#, ""), "only email oslo-bay");
        assert_eq!(found(r#"{"country":"Norway"}"#, ""), "nothing");
    }

    #[test]
    fn two_accounts_that_agree_equally_are_no_match() {
        assert_eq!(found(r#"{"company":"Tarn Mills"}"#, ""), "nothing");
        assert_eq!(found(r#"{"company":"Tarn Mills","country":"Sweden"}"#, ""), "company+country tarn-mills");
    }

    #[test]
    fn the_text_is_looked_at_last_and_only_for_whole_names() {
        assert_eq!(found(r#"{"company":"Someone Else"}"#, "We buy for Oslo Bay, as before."), "text oslo-bay");
        assert_eq!(found("{}", "The Oslo Bayside office"), "nothing");
        assert_eq!(found("{}", "Oslo Bay and Rund Sons"), "nothing");
    }
}
