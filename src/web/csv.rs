//! Tables that open in a spreadsheet: UTF-8 with its mark, and no cell that a spreadsheet would run.

use actix_web::HttpResponse;

use crate::service::error::ServiceError;
use crate::web::error::AppError;

/// A table in the making.
pub struct Table(csv::Writer<Vec<u8>>);

fn failed(error: impl std::fmt::Display) -> AppError {
    ServiceError::Internal(format!("a table could not be written: {error}")).into()
}

impl Table {
    /// A table with these headings.
    ///
    /// # Errors
    /// An internal error when it cannot be written.
    pub fn new(headings: &[&str]) -> Result<Self, AppError> {
        let mut table = Self(csv::Writer::from_writer(vec![0xef, 0xbb, 0xbf]));
        table.row(headings)?;
        Ok(table)
    }

    /// Adds a row.
    ///
    /// # Errors
    /// An internal error when it cannot be written.
    pub fn row(&mut self, cells: &[&str]) -> Result<(), AppError> {
        self.0
            .write_record(cells.iter().map(|cell| harmless(cell)))
            .map_err(failed)
    }

    /// The table as an answer that is saved under that name.
    ///
    /// # Errors
    /// An internal error when it cannot be written.
    pub fn download(self, name: &str) -> Result<HttpResponse, AppError> {
        let bytes = self.0.into_inner().map_err(failed)?;
        Ok(HttpResponse::Ok()
            .insert_header(("content-type", "text/csv; charset=utf-8"))
            .insert_header(("content-disposition", format!("attachment; filename=\"{name}\"")))
            .insert_header(("cache-control", "no-store"))
            .body(bytes))
    }
}

/// A name that begins like a formula gets a quote before it: spreadsheets run what begins with these signs.
fn harmless(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{cell}")
    } else {
        cell.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_a_spreadsheet_would_run_gets_into_a_cell() {
        for text in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1"] {
            assert_eq!(harmless(text), format!("'{text}"));
        }
        assert_eq!(harmless("O’Brien, Ann"), "O’Brien, Ann");
        let mut table = Table::new(&["Student"]).unwrap();
        table.row(&["=HYPERLINK(\"x\"), \"y\""]).unwrap();
        let text = String::from_utf8(table.0.into_inner().unwrap()).unwrap();
        assert_eq!(text, "\u{feff}Student\n\"'=HYPERLINK(\"\"x\"\"), \"\"y\"\"\"\n");
    }
}
