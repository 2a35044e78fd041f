//! Why badges of other issuers are not taken, and why a collection is not kept or shown, in words.

use crate::service::award::files::size_words;
use crate::service::base::refusal::PortfolioRefusal;

/// Why nobody outside is asked.
pub(in crate::web::words) const LOOKS_USED: &str = "Cairn asks other sites only so often a day, for one person and for a whole institution, and that is used up for today. Nothing was changed; try again tomorrow.";

pub(super) fn portfolio(refusal: &PortfolioRefusal) -> String {
    let fixed = match refusal {
        PortfolioRefusal::Nothing => "Choose a file, or give the link of a badge.",
        PortfolioRefusal::Link => {
            "This is not a link to a badge. A link begins with https:// and leads to the public page of one badge, or to its file."
        }
        PortfolioRefusal::TooLarge(most) => {
            return format!(
                "The file is larger than {}. Nothing was kept. Bring fewer badges at once, or the badge’s own file instead of a large picture.",
                size_words(*most)
            );
        }
        PortfolioRefusal::NoRoom => {
            "There is no room for more files here at this moment. Nothing was kept; ask your institution for more room."
        }
        PortfolioRefusal::Archive => {
            "The ZIP file cannot be used: it is damaged, or unpacks to far more than badges are. Nothing was kept; unpack it on your own device and bring the badges in it."
        }
        PortfolioRefusal::Empty => {
            "There is no badge in this file. Bring the JSON, JWT, PNG or SVG file of a badge, or the export of your backpack as JSON or ZIP."
        }
        PortfolioRefusal::Many(most) => {
            return format!(
                "There are more than {most} badges in the file. Nothing was kept; bring them in parts."
            );
        }
        PortfolioRefusal::Gone => {
            "The file does not lie here any more: what nobody kept is removed. Nothing was changed; bring it once more."
        }
        PortfolioRefusal::NoneChosen => {
            "Nothing was kept: no badge was ticked that could be confirmed at this moment. Tick at least one; where an issuer did not answer, try again later."
        }
        PortfolioRefusal::Full(most) => {
            return format!(
                "You have {most} badges from elsewhere, which is the most that are kept. Remove one before you add another."
            );
        }
        PortfolioRefusal::JustChecked => {
            "Its issuer was asked less than a minute ago. Wait a moment before you have it checked again."
        }
        PortfolioRefusal::LooksUsed => LOOKS_USED,
        PortfolioRefusal::Title(most) => {
            return format!("Give the collection a title of 1 to {most} characters.");
        }
        PortfolioRefusal::Words(most) => {
            return format!("Your own words may have {most} characters at most. Shorten them.");
        }
        PortfolioRefusal::Items(most) => {
            return format!("Choose at least one badge of yours, and {most} at most.");
        }
        PortfolioRefusal::Collections(most) => {
            return format!(
                "You have {most} collections, which is the most. Remove one before you make another."
            );
        }
        PortfolioRefusal::Days => {
            "Choose for how long the link is to work: 7, 30 or 90 days. No link was made."
        }
        PortfolioRefusal::Ended => "This link showed a collection of badges for a time; that time is over.",
        PortfolioRefusal::Over(until, zone) => {
            let end = zone.short_day(*until);
            return format!("This link showed a collection of badges until {end}; that time is over.");
        }
    };
    fixed.to_owned()
}
