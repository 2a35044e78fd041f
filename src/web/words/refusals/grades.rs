//! Why a gradebook file is not taken, in words.

use gradebook_csv::Refusal as Unreadable;

use crate::service::award::files::size_words;
use crate::service::base::refusal::GradesRefusal;
use crate::web::views::shared::{count_of, thousands};

pub(super) fn grades(refusal: &GradesRefusal) -> String {
    let fixed = match refusal {
        GradesRefusal::NoFile => {
            "Choose a file first: a gradebook that you exported as CSV in the course site."
        }
        GradesRefusal::TooLarge(most) => {
            return format!(
                "The file is larger than {}. Export the gradebook of this course alone.",
                size_words(*most)
            );
        }
        GradesRefusal::NoRoom => {
            "There is no room for the file here at this moment. Ask your administrator for more room for files."
        }
        GradesRefusal::Unreadable(refusal) => return unreadable(refusal),
        GradesRefusal::NotAGradebook => {
            "This is not a gradebook file as Canvas or Moodle exports it. Export the gradebook as CSV in the course site, and bring that file unchanged."
        }
        GradesRefusal::Cut(line) => {
            return format!(
                "The file ends in the middle of line {}, so a part of it is missing. Nothing of it counts; download it once more.",
                thousands(number(*line))
            );
        }
        GradesRefusal::NoGrades => {
            "The file has no column of grades that may count. Export the whole gradebook."
        }
        GradesRefusal::NoRows => {
            "The file has no row of a student. Export the gradebook without a filter, and bring that file."
        }
        GradesRefusal::Nobody(rows) => {
            return format!(
                "None of the {} is of a student of this course, as far as their names and e-mail addresses tell. Export the gradebook of this course.",
                count_of(
                    u32::try_from(*rows).unwrap_or(u32::MAX),
                    "row of the file",
                    "rows of the file"
                )
            );
        }
        GradesRefusal::OtherCourse => {
            "This is the gradebook of another course: none of its assignments is one that earlier files of this course had. Nothing of it counts. If those earlier files were the wrong ones, remove their grades first."
        }
        GradesRefusal::NotConfirmed => {
            "Look at why this may be the gradebook of another course, and say that it is the one of this course."
        }
        GradesRefusal::NothingChosen => {
            "Tick at least one column that is to count, and confirm at least one student."
        }
        GradesRefusal::Gone => {
            "The file does not lie here any more: files that nobody used are removed. Nothing was changed; bring it once more."
        }
    };
    fixed.to_owned()
}

fn number(line: u64) -> u32 {
    u32::try_from(line).unwrap_or(u32::MAX)
}

fn unreadable(refusal: &Unreadable) -> String {
    let fixed = match refusal {
        Unreadable::Empty => "The file is empty. Download it once more.",
        Unreadable::TooLarge { limit, .. } => {
            return format!(
                "The file is larger than {}. Export the gradebook of this course alone.",
                size_words(u64::try_from(*limit).unwrap_or(u64::MAX))
            );
        }
        Unreadable::Workbook => "This is a workbook. Save it as CSV, or export the gradebook as CSV.",
        Unreadable::Markup => {
            "This is a web page, perhaps the one to sign in. Sign in to the course site and download the gradebook once more."
        }
        Unreadable::Binary => "This is no text. Export the gradebook as CSV in the course site.",
        Unreadable::Broken(_) => {
            "The text of the file is damaged. Download it once more and bring it unchanged."
        }
        Unreadable::TooManyLines { limit } => {
            return format!(
                "The file has more than {}. Export the gradebook of this course alone.",
                count_of(number(*limit), "line", "lines")
            );
        }
        Unreadable::TooManyColumns { line, limit } => {
            return format!(
                "Line {} of the file has more than {}. Export the gradebook of this course alone.",
                thousands(number(*line)),
                count_of(u32::try_from(*limit).unwrap_or(u32::MAX), "cell", "cells")
            );
        }
        Unreadable::CellTooLong { line, .. } | Unreadable::RowTooLong { line, .. } => {
            return format!(
                "Line {} of the file is far too long: perhaps a quotation mark is missing there. Download the file once more.",
                thousands(number(*line))
            );
        }
        Unreadable::NoTable => {
            "The file has no table: nothing divides its first line into columns. Export the gradebook as CSV in the course site."
        }
        Unreadable::TooManyGrades { limit } => {
            return format!(
                "The file has more than {}. Export fewer columns.",
                count_of(u32::try_from(*limit).unwrap_or(u32::MAX), "grade", "grades")
            );
        }
    };
    fixed.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_read_says_what_to_do() {
        let cut = grades(&GradesRefusal::Cut(1234));
        assert!(
            cut.starts_with("The file ends in the middle of line 1,234"),
            "{cut}"
        );
        let long = grades(&GradesRefusal::Unreadable(Unreadable::TooManyLines {
            limit: 50_000,
        }));
        assert_eq!(
            long,
            "The file has more than 50,000 lines. Export the gradebook of this course alone."
        );
        let nobody = grades(&GradesRefusal::Nobody(1));
        assert!(nobody.starts_with("None of the 1 row of the file"), "{nobody}");
    }
}
