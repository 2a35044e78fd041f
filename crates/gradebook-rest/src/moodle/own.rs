//! Our own columns, among those of a course.

use url::Url;

use super::sent_id;
use crate::course::ItemKey;

/// The course and the column of a line item of LTI: its address ends in
/// `/mod/lti/services.php/<course>/lineitems/<grade item>/lineitem`.
#[must_use]
pub fn of_line_item(line_item: &Url) -> Option<(String, ItemKey)> {
    let mut parts = line_item
        .path_segments()?
        .skip_while(|part| *part != "services.php");
    parts.next()?;
    let course = sent_id(parts.next()?).ok()?;
    let item = (parts.next()? == "lineitems").then(|| parts.next()).flatten()?;
    Some((course.to_owned(), ItemKey::new(sent_id(item).ok()?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_item_names_its_column() {
        let read = |path: &str| of_line_item(&format!("https://moodle.example{path}").parse().unwrap());
        let own = read("/mod/lti/services.php/8/lineitems/55/lineitem?type_id=2");
        assert_eq!(own, Some(("8".to_owned(), ItemKey::new("55"))));
        for other in [
            "/",
            "/services.php/8",
            "/services.php/8/lineitems",
            "/services.php/x/lineitems/5",
            "/services.php/8/x/5",
        ] {
            assert_eq!(read(other), None, "{other}");
        }
    }
}
