//! Proposers are told what to propose instead: by the command line, in words, and as the report has it.

use std::fs;

use serde_json::Value;
use system_tests::harness::Installation;

#[test]
fn every_proposer_of_the_demonstration_is_told_what_its_report_says() {
    let installation = Installation::new();
    installation.json(&["demo"]);
    let none = installation.run(&["report", "proposer", "generators/crm-rules"]);
    none.expect(1, &["no report was made from a verified export yet"]);

    let (export, out) = (installation.data_dir().join("export/demo"), installation.path("report"));
    let line = ["report", "--export", export.to_str().expect("a path"), "--out", out.to_str().expect("a path")];
    installation.run(&line).expect(0, &[]);
    let report = fs::read_to_string(out.join("report.json")).expect("the report");
    let report: Value = serde_json::from_str(&report).expect("JSON");
    let mut rules = 0;
    let mut is_fresh = false;
    for told in report["proposers"].as_array().expect("proposers") {
        let name = told["proposer"].as_str().expect("a name");
        let line: &[&str] =
            if is_fresh { &["report", "proposer", name] } else { &["report", "proposer", name, "--fresh"] };
        is_fresh = true;
        let answer = installation.json(line);
        let of_type = |feedback: &&Value| feedback["action_type"] == told["action_type"];
        let feedback = answer["feedback"].as_array().expect("a list").iter().find(of_type).expect("the action type");
        for count in ["proposed", "decided", "rejected", "edited", "failed", "sent_back"] {
            assert_eq!(feedback[count], told[count], "{count} of {name}");
        }
        assert_eq!(feedback["rejection_reasons"], told["rejection_reasons"]);
        let edits = feedback["repeated_edits"].as_array().expect("edits");
        let text = installation.run(&["report", "proposer", name]);
        text.expect(0, &[]);
        for (edit, of_report) in edits.iter().zip(told["repeated_edits"].as_array().expect("edits")) {
            let rule = of_report["rule"].as_str().expect("a sentence");
            assert_eq!(edit["rule"], rule);
            assert!(text.stdout.contains(rule), "`{rule}` is not in {}", text.stdout);
            assert_eq!(edit["share"]["denominator"], of_report["denominator"]);
            rules += 1;
        }
        // What was not erased is told in words, and in words alone.
        for wording in feedback["repeated_wordings"].as_array().expect("words").iter().take(10) {
            let words = [&wording["words_removed"], &wording["words_inserted"]];
            assert!(words.iter().any(|words| *words != ""), "{wording}");
        }
        assert_eq!(feedback["calibration"].as_array().map(Vec::len), told["calibration"].as_array().map(Vec::len));
    }
    assert!(rules > 0, "people of the demonstration make the same edits again and again");
}
