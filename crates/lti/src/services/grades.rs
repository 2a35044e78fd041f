//! Line items and results (LTI-AGS 2.0, sections 3.2 and 3.3). Scores are in [`super::score`].
//!
//! A tool sees its own line items only. Badge rules read results, never scores: where a teacher overrides a grade, the
//! result says so.

use chrono::{DateTime, Utc};
use futures_util::future::join_all;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use url::Url;

use super::error::{Reason, ServiceError, read_json};
use super::media::{self, scope};
use super::paging::{List, with_parameter};
use super::{Call, Platform, Repeat};
use crate::capabilities::{NewColumns, ResultUsers};
use crate::deep_linking::SubmissionReview;
use crate::number::{Number, decimal, id, lines, text};
use crate::transport::Request;

/// A column of the gradebook that belongs to this tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineItem {
    /// Its URL, query included, is its id.
    pub id: Url,
    /// The name of the column; empty where the platform sends none.
    pub label: String,
    /// Points. Above zero by the standard; Moodle lets a teacher set what they like.
    pub score_maximum: Option<Decimal>,
    /// The tool's own word for the kind of column.
    pub tag: Option<String>,
    /// The tool's own id of what is graded.
    pub resource_id: Option<String>,
    /// The link that the column belongs to.
    pub resource_link_id: Option<String>,
}

/// Which line items to list; an empty filter lists all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LineItemFilter {
    /// Only those with this tag.
    pub tag: Option<String>,
    /// Only those with this resource id.
    pub resource_id: Option<String>,
    /// Only those of this link.
    pub resource_link_id: Option<String>,
}

/// A line item to create.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewLineItem {
    /// The name of the column; not blank.
    pub label: String,
    /// Points, above zero.
    pub score_maximum: Decimal,
    /// The tool's own word for the kind of column.
    pub tag: Option<String>,
    /// The tool's own id of what is graded.
    pub resource_id: Option<String>,
    /// Ties the column to an existing link of ours.
    pub resource_link_id: Option<String>,
    /// Only where a column is a new assignment, and only without a link: makes it an `external_tool` one that opens this
    /// URL.
    pub external_tool_url: Option<Url>,
    /// Lets a teacher open a student's work out of the gradebook. Moodle keeps it; Canvas passes over it.
    pub submission_review: Option<SubmissionReview>,
}

/// What the platform's gradebook says about one person in one line item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResultRow {
    /// The `sub` of the person.
    pub user_id: String,
    /// Points. `None` is *unknown* (nothing graded yet), never zero.
    pub score: Option<Decimal>,
    /// Points that `score` is measured in; when absent, 1 (LTI-AGS 2.0, section 3.3.4.4). On Moodle it may be older
    /// than the line item's own maximum.
    pub maximum: Option<Decimal>,
    /// As a person typed it; may hold markup, so escape it.
    pub comment: Option<String>,
    /// Moodle only: the score's own time.
    pub timestamp: Option<DateTime<Utc>>,
}

impl ResultRow {
    /// The share of the maximum, 1 for full marks; `None` when unknown or when the maximum is not above zero.
    #[must_use]
    pub fn share(&self) -> Option<Decimal> {
        share(self.score?, self.maximum.unwrap_or(Decimal::ONE))
    }

    /// The same grade in points of a column with that maximum; `None` as for [`Self::share`], or where it is too large.
    #[must_use]
    pub fn points_of(&self, column: Decimal) -> Option<Decimal> {
        points_of(self.score?, self.maximum.unwrap_or(Decimal::ONE), column)
    }
}

/// `given` of `maximum` in points of a column, rounded where the division does not come to an end.
#[must_use]
pub fn points_of(given: Decimal, maximum: Decimal, column: Decimal) -> Option<Decimal> {
    const PLACES: u32 = 9;
    if maximum <= Decimal::ZERO {
        return None;
    }
    if maximum == column {
        return Some(given);
    }
    let points = given.checked_mul(column)?.checked_div(maximum)?;
    Some(points.round_dp(PLACES).normalize())
}

/// `points` of `maximum`, when that makes sense.
pub(crate) fn share(points: Decimal, maximum: Decimal) -> Option<Decimal> {
    (maximum > Decimal::ZERO)
        .then(|| points.checked_div(maximum))
        .flatten()
}

/// The URL below a line item: `results` or `scores` go into the path, before the query (Moodle's ids have one).
pub(crate) fn below(line_item: &Url, child: &str) -> Url {
    let mut url = line_item.clone();
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().push(child);
    }
    url
}

impl Platform {
    /// Lists the line items of a course, `line_items` being the URL of the AGS claim.
    pub async fn line_items(
        &self,
        line_items: &Url,
        filter: &LineItemFilter,
    ) -> Result<Vec<LineItem>, ServiceError> {
        let doing = "Listing the gradebook columns";
        let mut url = line_items.clone();
        let filters = [
            ("tag", &filter.tag),
            ("resource_id", &filter.resource_id),
            ("resource_link_id", &filter.resource_link_id),
        ];
        for (name, value) in filters {
            if let Some(value) = value {
                url = with_parameter(&url, name, value);
            }
        }
        let call = Call {
            doing,
            scope: self.reading_scope(),
            repeat: Repeat::Always,
        };
        let list = List {
            call,
            media: media::LINE_ITEMS,
            page_size: 100,
            read: read_line_items,
        };
        let rows = self.read_pages(&url, &list).await?;
        let read = rows.iter().map(|row| {
            serde_json::from_str::<LineItemWire>(row.get())
                .map_err(|error| Reason::Malformed(error.to_string()))?
                .accept(line_items)
        });
        // One that cannot be used spoils no other; where none can be used, something is wrong with all of them.
        let mut items = Vec::with_capacity(rows.len());
        let mut refused = Vec::new();
        for item in read {
            item.map_or_else(|why| refused.push(why), |item| items.push(item));
        }
        if !refused.is_empty() {
            tracing::warn!(
                missing = refused.len(),
                "line items that cannot be used were left out"
            );
        }
        match refused.into_iter().next() {
            Some(why) if items.is_empty() => Err(why.doing(doing)),
            _ => Ok(items),
        }
    }

    /// Reads one line item.
    pub async fn line_item(&self, id: &Url) -> Result<LineItem, ServiceError> {
        let call = Call {
            doing: "Reading a gradebook column",
            scope: self.reading_scope(),
            repeat: Repeat::Always,
        };
        let request = Request::get(id.clone()).header("accept", media::LINE_ITEM);
        self.call(call, request, |response| {
            read_json::<LineItemWire>(&response.body)?.accept(id)
        })
        .await
    }

    /// Creates a line item. Doing so twice makes two columns: see [`Platform::find_or_create_line_item`].
    pub async fn create_line_item(
        &self,
        line_items: &Url,
        new: &NewLineItem,
    ) -> Result<LineItem, ServiceError> {
        let call = Call {
            doing: "Creating a gradebook column",
            scope: scope::LINE_ITEM,
            repeat: Repeat::WhenNothingHappened,
        };
        if new.label.trim().is_empty() || new.score_maximum <= Decimal::ZERO {
            let why = "a column needs a name and a maximum above zero";
            return Err(Reason::Invalid(why.to_owned()).doing(call.doing));
        }
        let body = serde_json::to_vec(&new.wire(self.capabilities.new_columns))
            .map_err(|error| Reason::Invalid(error.to_string()).doing(call.doing))?;
        let request = Request::post(line_items.clone(), body)
            .header("accept", media::LINE_ITEM)
            .header("content-type", media::LINE_ITEM);
        self.call(call, request, |response| {
            read_json::<LineItemWire>(&response.body)?.accept(line_items)
        })
        .await
    }

    /// The line item with `new`'s resource id, tag and link, created if there is none. No platform keeps those unique,
    /// so the first one listed is taken; after a creation with unknown outcome the list is asked once more.
    pub async fn find_or_create_line_item(
        &self,
        line_items: &Url,
        new: &NewLineItem,
    ) -> Result<LineItem, ServiceError> {
        if let Some(found) = self.find_line_item(line_items, new).await? {
            return Ok(found);
        }
        match self.create_line_item(line_items, new).await {
            Err(error) if error.retryable() && !error.reason.nothing_happened() => {
                self.find_line_item(line_items, new).await?.ok_or(error)
            }
            outcome => outcome,
        }
    }

    /// The first line item listed with `new`'s resource id and tag, and with its link where it names one.
    pub async fn find_line_item(
        &self,
        line_items: &Url,
        new: &NewLineItem,
    ) -> Result<Option<LineItem>, ServiceError> {
        if new.resource_id.is_none() && new.tag.is_none() {
            return Ok(None);
        }
        let filter = LineItemFilter {
            tag: new.tag.clone(),
            resource_id: new.resource_id.clone(),
            resource_link_id: new.resource_link_id.clone(),
        };
        let found = self.line_items(line_items, &filter).await?;
        // A platform may ignore a filter that it does not know.
        Ok(found.into_iter().find(|item| {
            item.resource_id == new.resource_id
                && item.tag == new.tag
                && (new.resource_link_id.is_none() || item.resource_link_id == new.resource_link_id)
        }))
    }

    /// All results of a line item. People without a row are absent: unknown, not zero.
    pub async fn results(&self, line_item: &Url) -> Result<Vec<ResultRow>, ServiceError> {
        let call = Call {
            doing: "Reading the results",
            scope: scope::RESULT_READ,
            repeat: Repeat::Always,
        };
        let list = List {
            call,
            media: media::RESULTS,
            page_size: 100,
            read: read_results,
        };
        let rows = self.read_pages(&below(line_item, "results"), &list).await?;
        Ok(super::last_of_each(rows, |row| &row.user_id))
    }

    /// The result of one person, if there is a row: under their own id, or the only row of a platform that may call them
    /// otherwise in it ([`ResultUsers`]).
    pub async fn result_of(&self, line_item: &Url, user_id: &str) -> Result<Option<ResultRow>, ServiceError> {
        let mut rows = self.rows_of(line_item, user_id).await?;
        if let Some(at) = rows.iter().position(|row| row.user_id == user_id) {
            return Ok(Some(rows.swap_remove(at)));
        }
        let is_theirs = self.capabilities.result_users == ResultUsers::MayBePresent && rows.len() == 1;
        Ok(rows.pop().filter(|_| is_theirs))
    }

    async fn rows_of(&self, line_item: &Url, user_id: &str) -> Result<Vec<ResultRow>, ServiceError> {
        let call = Call {
            doing: "Reading a result",
            scope: scope::RESULT_READ,
            repeat: Repeat::Always,
        };
        let url = with_parameter(&below(line_item, "results"), "user_id", user_id);
        let request = Request::get(url).header("accept", media::RESULTS);
        self.call(call, request, |response| read_results(&response.body))
            .await
    }

    /// The row that the platform has for one person, by whatever id it names them in it: of accounts that were merged Canvas
    /// takes the former id and names the present one.
    pub async fn result_behind(
        &self,
        line_item: &Url,
        user_id: &str,
    ) -> Result<Option<ResultRow>, ServiceError> {
        let mut rows = self.rows_of(line_item, user_id).await?.into_iter();
        // More than one: the platform does not know the parameter, and this is the whole list.
        Ok(rows.next().filter(|_| rows.next().is_none()))
    }

    /// The results of many line items at the same time, in the order given, within the registration's limit of requests
    /// under way. One line item that fails does not spoil the others.
    pub async fn results_of_many(&self, line_items: &[Url]) -> Vec<Result<Vec<ResultRow>, ServiceError>> {
        join_all(line_items.iter().map(|line_item| self.results(line_item))).await
    }

    /// The scope to read line items with: the full one where only that is granted.
    fn reading_scope(&self) -> &'static str {
        let full_only = !self.is_granted(scope::LINE_ITEM_READ) && self.is_granted(scope::LINE_ITEM);
        if full_only {
            scope::LINE_ITEM
        } else {
            scope::LINE_ITEM_READ
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LineItemWire {
    id: String,
    #[serde(default, deserialize_with = "text")]
    label: Option<String>,
    #[serde(default)]
    score_maximum: Option<Box<RawValue>>,
    #[serde(default, deserialize_with = "text")]
    tag: Option<String>,
    #[serde(default, deserialize_with = "text")]
    resource_id: Option<String>,
    #[serde(default, deserialize_with = "text")]
    resource_link_id: Option<String>,
}

impl LineItemWire {
    /// Takes the item over if its URL is on the server that it came from: our token will go there.
    fn accept(self, source: &Url) -> Result<LineItem, Reason> {
        let id = source
            .join(&self.id)
            .map_err(|error| Reason::Malformed(format!("the column's id is not a URL ({error})")))?;
        if id.origin() != source.origin() {
            return Err(Reason::ForeignHost(id.host_str().unwrap_or_default().to_owned()));
        }
        let filled = |text: Option<String>| text.filter(|text| !text.is_empty());
        Ok(LineItem {
            id,
            label: self.label.unwrap_or_default(),
            score_maximum: decimal(self.score_maximum.as_deref()),
            tag: filled(self.tag),
            resource_id: filled(self.resource_id),
            resource_link_id: filled(self.resource_link_id),
        })
    }
}

fn read_line_items(body: &[u8]) -> Result<Vec<Box<RawValue>>, Reason> {
    read_json(body)
}

fn read_results(body: &[u8]) -> Result<Vec<ResultRow>, Reason> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Wire {
        #[serde(default, deserialize_with = "id")]
        user_id: Option<String>,
        #[serde(default)]
        result_score: Option<Box<RawValue>>,
        #[serde(default)]
        result_maximum: Option<Box<RawValue>>,
        #[serde(default, deserialize_with = "lines")]
        comment: Option<String>,
        #[serde(default, deserialize_with = "text")]
        timestamp: Option<String>,
    }
    // One by one, so that a row which is no result spoils no other.
    let sent: Vec<Box<RawValue>> = read_json(body)?;
    let rows: Vec<ResultRow> = sent
        .iter()
        .filter_map(|row| {
            let wire: Wire = serde_json::from_str(row.get()).ok()?;
            Some(ResultRow {
                user_id: wire.user_id?,
                score: decimal(wire.result_score.as_deref()),
                maximum: decimal(wire.result_maximum.as_deref()),
                comment: wire.comment,
                timestamp: wire
                    .timestamp
                    .and_then(|text| DateTime::parse_from_rfc3339(&text).ok())
                    .map(|time| time.to_utc()),
            })
        })
        .collect();
    if rows.len() < sent.len() {
        tracing::warn!(
            missing = sent.len().saturating_sub(rows.len()),
            "results without a usable user id were left out"
        );
    }
    Ok(rows)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct NewLineItemWire<'a> {
    label: &'a str,
    score_maximum: Number,
    #[serde(skip_serializing_if = "Option::is_none")]
    tag: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resource_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resource_link_id: Option<&'a str>,
    #[serde(
        rename = "https://canvas.instructure.com/lti/submission_type",
        skip_serializing_if = "Option::is_none"
    )]
    submission_type: Option<SubmissionTypeWire<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    submission_review: Option<&'a SubmissionReview>,
}

#[derive(Serialize)]
struct SubmissionTypeWire<'a> {
    r#type: &'static str,
    external_tool_url: &'a str,
}

impl NewLineItem {
    fn wire(&self, columns: NewColumns) -> NewLineItemWire<'_> {
        let external = self.external_tool_url.as_ref();
        NewLineItemWire {
            label: &self.label,
            score_maximum: Number(self.score_maximum),
            tag: self.tag.as_deref(),
            resource_id: self.resource_id.as_deref(),
            resource_link_id: self.resource_link_id.as_deref(),
            submission_type: external
                .filter(|_| columns == NewColumns::OfNewAssignments && self.resource_link_id.is_none())
                .map(|url| SubmissionTypeWire {
                    r#type: "external_tool",
                    external_tool_url: url.as_str(),
                }),
            submission_review: self.submission_review.as_ref(),
        }
    }
}

#[cfg(test)]
#[path = "grades_tests.rs"]
mod tests;
