//! Media types and scopes of the services. Moodle compares a media type as a whole string: send exactly one, without
//! parameters (LTI-AGS 2.0, section 3; LTI-NRPS 2.0, section 2.4).

/// A page of line items.
pub const LINE_ITEMS: &str = "application/vnd.ims.lis.v2.lineitemcontainer+json";
/// One line item, sent or received.
pub const LINE_ITEM: &str = "application/vnd.ims.lis.v2.lineitem+json";
/// A page of results.
pub const RESULTS: &str = "application/vnd.ims.lis.v2.resultcontainer+json";
/// A score.
pub const SCORE: &str = "application/vnd.ims.lis.v1.score+json";
/// A page of members.
pub const MEMBERS: &str = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json";

/// Scopes, by the names that launches grant and tokens carry.
pub mod scope {
    /// Read, create and change line items.
    pub const LINE_ITEM: &str = "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem";
    /// Read line items.
    pub const LINE_ITEM_READ: &str = "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem.readonly";
    /// Read results.
    pub const RESULT_READ: &str = "https://purl.imsglobal.org/spec/lti-ags/scope/result.readonly";
    /// Post scores.
    pub const SCORE: &str = "https://purl.imsglobal.org/spec/lti-ags/scope/score";
    /// Read the members of a context.
    pub const MEMBERS_READ: &str =
        "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly";
    /// Say where the platform shall send its notices.
    pub const NOTICE_HANDLERS: &str = "https://purl.imsglobal.org/spec/lti/scope/noticehandlers";

    /// What a scope lets a tool do, after "does not allow this tool": a teacher reads it, to whom the scope's name says
    /// nothing.
    #[must_use]
    pub fn purpose(scope: &str) -> &'static str {
        match scope {
            LINE_ITEM => "to make and change gradebook columns of its own",
            LINE_ITEM_READ => "to read its own gradebook columns",
            RESULT_READ => "to read grades",
            SCORE => "to write grades",
            MEMBERS_READ => "to read who is in a course",
            NOTICE_HANDLERS => "to be told when a course is copied",
            _ => "a service that it needs",
        }
    }
}
