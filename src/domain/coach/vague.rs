//! Outcomes that nobody can see: verbs of which no test and no piece of work shows that they happened. Languages of which the
//! words are known for certain; of others nothing is said.

use crate::domain::achievement::Language;

/// The words of one language.
struct Words {
    code: &'static str,
    /// Each as it stands in a sentence.
    verbs: &'static [&'static str],
    /// Wherever they stand.
    phrases: &'static [&'static str],
}

const LANGUAGES: [Words; 7] = [
    Words {
        code: "en",
        verbs: &[
            "understand",
            "understands",
            "understanding",
            "know",
            "knows",
            "knowing",
            "learn",
            "learns",
            "learned",
            "appreciate",
            "appreciates",
            "comprehend",
            "comprehends",
            "grasp",
            "grasps",
        ],
        phrases: &[
            "aware of",
            "familiar with",
            "knowledge of",
            "understanding of",
            "insight into",
        ],
    },
    Words {
        code: "de",
        verbs: &[
            "versteht",
            "verstehen",
            "kennt",
            "kennen",
            "weiß",
            "wissen",
            "lernt",
            "lernen",
            "begreift",
            "begreifen",
        ],
        phrases: &[
            "vertraut mit",
            "kenntnisse über",
            "kenntnisse in",
            "verständnis für",
        ],
    },
    Words {
        code: "fr",
        verbs: &[
            "comprend",
            "comprendre",
            "connaît",
            "connaître",
            "apprend",
            "apprendre",
        ],
        phrases: &["conscience de", "familiarisé avec", "connaissance de"],
    },
    Words {
        code: "es",
        verbs: &[
            "comprende",
            "comprender",
            "entiende",
            "entender",
            "conoce",
            "conocer",
            "aprende",
            "aprender",
        ],
        phrases: &["familiarizado con", "conocimiento de", "conocimientos de"],
    },
    Words {
        code: "nl",
        verbs: &[
            "begrijpt",
            "begrijpen",
            "kent",
            "kennen",
            "weet",
            "weten",
            "leert",
            "leren",
        ],
        phrases: &["bekend met", "vertrouwd met", "kennis van"],
    },
    Words {
        code: "pt",
        verbs: &[
            "compreende",
            "compreender",
            "entende",
            "entender",
            "conhece",
            "conhecer",
            "aprende",
            "aprender",
        ],
        phrases: &["familiarizado com", "conhecimento de", "conhecimentos de"],
    },
    Words {
        code: "it",
        verbs: &[
            "comprende",
            "comprendere",
            "capisce",
            "capire",
            "conosce",
            "conoscere",
            "impara",
            "imparare",
        ],
        phrases: &["conoscenza di", "conoscenze di", "familiarità con"],
    },
];

/// The verb has to be among the first words: "explains what people know" is something that can be seen.
const FIRST: usize = 3;

/// The words of an outcome by which nobody could tell whether it was reached; without a language, in English.
pub(super) fn vague(outcome: &str, language: Option<&Language>) -> Option<String> {
    let written = language.map_or_else(|| "en".to_owned(), ToString::to_string);
    let code = written.split('-').next().unwrap_or_default();
    let words = LANGUAGES.iter().find(|words| words.code == code)?;
    let text = outcome.to_lowercase();
    let begins = text
        .split(|c: char| !c.is_alphabetic())
        .filter(|word| !word.is_empty());
    let verb = begins.take(FIRST).find(|word| words.verbs.contains(word));
    let padded = format!(" {} ", text.split_whitespace().collect::<Vec<_>>().join(" "));
    let phrase = || {
        words
            .phrases
            .iter()
            .find(|phrase| padded.contains(&format!(" {phrase} ")))
    };
    verb.map(str::to_owned)
        .or_else(|| phrase().map(|phrase| (*phrase).to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_can_see_is_found_in_each_language_that_is_known() {
        for (outcome, language, found) in [
            ("Understands joins.", None, Some("understands")),
            ("The holder knows SQL", Some("en-GB"), Some("knows")),
            ("Is aware of safety rules", Some("en"), Some("aware of")),
            ("Explains what people know about joins", Some("en"), None),
            ("Cleans a real dataset and explains each step.", None, None),
            ("Kennt die Grundlagen von SQL", Some("de"), Some("kennt")),
            ("Knows SQL", Some("de"), None),
            ("Comprend les jointures", Some("fr"), Some("comprend")),
            ("Conoce las uniones", Some("es-419"), Some("conoce")),
            ("Begrijpt joins", Some("nl"), Some("begrijpt")),
            ("Conhece SQL", Some("pt-BR"), Some("conhece")),
            ("Capisce SQL", Some("it"), Some("capisce")),
            ("Knows SQL", Some("fi"), None),
            ("", None, None),
        ] {
            let language = language.and_then(Language::parse);
            assert_eq!(vague(outcome, language.as_ref()).as_deref(), found, "{outcome}");
        }
    }
}
