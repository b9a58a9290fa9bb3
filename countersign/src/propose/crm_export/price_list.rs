use std::collections::HashMap;

use super::amount::Amount;
use super::files::PRODUCTS;
use super::table::{Row, RowPlace, UnusableTable, read_table};
use crate::propose::BrokenRow;

/// The columns of a product, in the order in which [`Product::cells`] has them.
pub const COLUMNS: [&str; 3] = ["product", "series", "sales_price"];

/// A product with its list price.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    /// Where it stands.
    pub place: RowPlace,
    /// Every cell as it was read, in the order of [`COLUMNS`].
    pub cells: [String; 3],
    /// Its list price.
    pub price: Amount,
}

/// All products.
#[derive(Debug, Clone, Default)]
pub struct PriceList {
    products: Vec<Product>,
    by_name: HashMap<String, usize>,
}

/// How a product's name stands in the price list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listing<'a> {
    /// As it is.
    Exact(&'a Product),
    /// Not as it is, but one edit away from this name and no other.
    Near(&'a Product),
    /// Not at all, or near several.
    Unlisted,
}

impl Product {
    /// Returns its name.
    pub fn name(&self) -> &str {
        &self.cells[0]
    }
}

impl PriceList {
    /// Reads the products; broken rows are added to `broken`.
    ///
    /// # Errors
    /// When the file has not its columns.
    pub fn read(bytes: &[u8], broken: &mut Vec<BrokenRow>) -> Result<Self, UnusableTable> {
        let mut list = Self::default();
        for row in read_table(PRODUCTS, bytes, COLUMNS)? {
            match row.and_then(read_product).and_then(|product| list.add(product)) {
                Ok(()) => {}
                Err(row) => broken.push(row),
            }
        }
        Ok(list)
    }

    fn add(&mut self, product: Product) -> Result<(), BrokenRow> {
        if let Some(first) = self.by_name.get(product.name()) {
            let line = self.products[*first].place.line;
            return Err(product.place.broken("product", format!("`{}` is on line {line} already", product.name())));
        }
        self.by_name.insert(product.name().to_owned(), self.products.len());
        self.products.push(product);
        Ok(())
    }

    /// Looks a name up. One edit is one character inserted, left out or replaced (a Levenshtein distance of 1).
    pub fn look_up(&self, name: &str) -> Listing<'_> {
        if let Some(position) = self.by_name.get(name) {
            return Listing::Exact(&self.products[*position]);
        }
        let mut near = self.products.iter().filter(|product| is_one_edit_away(name, product.name()));
        match (near.next(), near.next()) {
            (Some(only), None) if !name.trim().is_empty() => Listing::Near(only),
            (_, _) => Listing::Unlisted,
        }
    }
}

fn is_one_edit_away(name: &str, other: &str) -> bool {
    // One character has at most four bytes: what differs by more is not worth measuring.
    name.len().abs_diff(other.len()) <= 4 && strsim::levenshtein(name, other) == 1
}

fn read_product(row: Row<3>) -> Result<Product, BrokenRow> {
    let Row { place, cells } = row;
    if cells[0].trim().is_empty() {
        return Err(place.broken("product", "it is empty"));
    }
    let price = Amount::read(&cells[2]).map_err(|reason| place.broken("sales_price", reason))?;
    Ok(Product { place, cells, price })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(rows: &str) -> (PriceList, Vec<String>) {
        let mut broken = Vec::new();
        let text = format!("product,series,sales_price\n{rows}");
        let list = PriceList::read(text.as_bytes(), &mut broken).expect("a table");
        (list, broken.iter().map(ToString::to_string).collect())
    }

    fn near<'a>(list: &'a PriceList, name: &str) -> Option<&'a str> {
        match list.look_up(name) {
            Listing::Near(product) => Some(product.name()),
            Listing::Exact(_) | Listing::Unlisted => None,
        }
    }

    #[test]
    fn a_name_is_near_by_one_character_more_less_or_other() {
        let (list, _) = list("GTX Pro,GTX,4821\nMG Special,MG,55\n");
        for name in ["GTXPro", "GTX  Pro", "GTX Pru", "gTX Pro", "GTX Pro "] {
            assert_eq!(near(&list, name), Some("GTX Pro"), "{name}");
        }
        for name in ["GTX Pro", "GTXpro", "TGX Pro", "Pro", ""] {
            assert_eq!(near(&list, name), None, "{name}");
        }
        assert!(
            matches!(list.look_up("MG Special"), Listing::Exact(product) if product.price == Amount::read("55").expect("55"))
        );
    }

    #[test]
    fn a_name_near_several_is_near_none() {
        let (list, _) = list("Alto 10,A,1\nAlto 20,A,2\nA,B,1\n");
        assert_eq!(near(&list, "Alto 30"), None);
        assert_eq!(near(&list, "Alto 1"), Some("Alto 10"));
        assert_eq!(near(&list, ""), None, "an empty name names nothing, however short others are");
    }

    #[test]
    fn a_price_that_is_no_number_and_a_name_twice_are_named() {
        let (list, broken) = list("Alto,A,12\nBrio,B,cheap\nAlto,A,13\n,A,1\n");
        assert!(matches!(list.look_up("Alto"), Listing::Exact(product) if product.cells[2] == "12"));
        assert_eq!(broken.len(), 3);
        assert!(
            broken[0].starts_with("products.csv line 3, column `sales_price`: `cheap` is not an amount"),
            "{broken:?}"
        );
        assert_eq!(broken[1], "products.csv line 4, column `product`: `Alto` is on line 2 already");
        assert_eq!(broken[2], "products.csv line 5, column `product`: it is empty");
    }
}
