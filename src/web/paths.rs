//! The routes of pages that only pages name: each is written once, as in [`crate::service::base::addresses`], where those stand
//! that services name too.

use crate::ids::CourseId;
use crate::service::base::addresses::routes;

/// Whether the process lives.
pub(crate) const HEALTHZ: &str = "/healthz";
/// Whether it can work.
pub(crate) const READYZ: &str = "/readyz";
/// Its numbers.
pub(crate) const METRICS: &str = "/metrics";
/// Where a browser brings the proof that the launch is its own.
pub(crate) const LAUNCH_PROOF: &str = "/lti/launch/proof";
/// Where a frame asks for what was chosen in the window that it offered.
pub(crate) const WAITING: &str = "/lti/waiting";
/// Where somebody who was erased agrees to be kept again.
pub(crate) const RETURN: &str = "/lti/return";
/// Where a deployment is claimed for an institution.
pub(crate) const CLAIM: &str = "/lti/claim";
/// The page that account and user navigation open.
pub(crate) const ACCOUNT: &str = "/lti/account";
/// Its self-test.
pub(crate) const ACCOUNT_TEST: &str = "/lti/account/test";
/// Whatever else is asked for below a course.
pub(crate) const COURSE_REST: &str = "/c/{course}/{rest:.*}";
/// Checking a badge of any issuer.
pub(crate) const VERIFY: &str = "/verify";
/// What a site shows of a badge whose address somebody posts there (oembed.com).
pub(crate) const OEMBED: &str = "/oembed";
/// Where this server is asked to check one in a browser's stead.
pub(crate) const VERIFY_FOR_OTHERS: &str = "/verify/check";
/// What others say of a badge, by its address.
pub(crate) const ENDORSEMENTS: &str = "/endorsements";
/// The keys that sign tokens of every issuer here.
pub(crate) const KEY_SET: &str = "/.well-known/jwks.json";

routes! {
    below "", "";

    /// The home of a course; everything in it stands below.
    COURSE_HOME = "/c/{course}", course_home(course: &CourseId);
    /// An issuer's profile as Open Badges has it.
    PROFILE = "/issuers/{slug}/profile.json", profile(slug: &str);
    /// A credential on a sheet of paper.
    PRINT = "/b/{slug}/print", print(slug: &str);
    /// The card of a credential for previews on other sites.
    CARD = "/b/{slug}/card.png", card(slug: &str);
    /// A credential for whoever has the link.
    SHARED = "/s/{token}", shared(token: &str);
    /// How a holder came to their badges, for whoever has the address.
    TIMELINE = "/t/{token}", timeline(token: &str);
    /// An invitation to endorse a badge, for whoever has the link.
    ENDORSE = "/endorse/{token}", endorse(token: &str);
    /// An endorsement, for whoever gave it.
    OWN_ENDORSEMENT = "/endorser/{token}", own_endorsement(token: &str);
    /// A collection of badges for whoever has the link.
    SHOWN = "/w/{token}", shown(token: &str);
    /// Its badges as a file: `presentation.json` or `registry.json`.
    SHOWN_FILE = "/w/{token}/{file}", shown_file(token: &str, file: &str);
}

/// Pages of a course. The functions make the path below [`COURSE_HOME`], for `Visit::href`.
pub(crate) mod course {
    use super::routes;
    use crate::ids::{
        ActivityId, AwardId, BadgeId, CollectionId, CopyId, CopyRequestId, EndorsementId, ForeignBadgeId,
        LineItemId, LinkId, OutsideColumnId, PersonId, RegradeId, ShareLinkId, SubmissionId, TimelineId,
    };

    routes! {
        below "/c/{course}", "";

        WINDOW = "/window", window();
        TIME_ZONE = "/time-zone", time_zone();
        LINK = "/links/{link}", link(link: &LinkId);
        LINK_CHOOSE = "/links/{link}/choose", link_choose(link: &LinkId);
        CHECK = "/check", check();
        CHECK_STATUS = "/check/status", check_status();
        COLUMNS = "/columns", columns();
        COLUMNS_ANSWER = "/columns/answer", columns_answer();
        COLUMN_RELEASE = "/columns/{item}/release", column_release(item: &LineItemId);
        COLUMN_CHANGE = "/columns/{item}/change", column_change(item: &LineItemId);
        /// Where grades come from that Cairn does not read by itself.
        GRADES_ELSEWHERE = "/grades", grades_elsewhere();
        /// All of them are read by the interface of the LMS.
        GRADES_READ = "/grades/read", grades_read();
        /// A gradebook file comes.
        GRADES_BRING = "/grades/bring", grades_bring();
        GRADES_USE = "/grades/use", grades_use();
        /// A teacher lets the whole gradebook be read.
        GRADES_ACCESS = "/grades/access", grades_access();
        GRADES_ACCESS_END = "/grades/access/end", grades_access_end();
        GRADES_CHANGE = "/grades/columns/{column}", grades_change(column: &OutsideColumnId);
        /// The page before all of them are removed.
        GRADES_REMOVE = "/grades/remove", grades_remove();
        GRADES_REMOVE_CONFIRM = "/grades/remove/confirm", grades_remove_confirm();
        STUDENTS = "/students", students();
        STUDENT_ANSWER = "/students/{person}/answer", student_answer(person: &PersonId);
        PROGRESS = "/progress", progress();
        PROGRESS_CSV = "/progress.csv", progress_csv();
        /// How the class came along.
        OVER_TIME = "/progress/over-time", over_time();

        /// What is worth a thought about the badges of the course.
        COACH = "/coach", coach();
        COACH_DISMISS = "/coach/dismiss", coach_dismiss();
        COACH_SHOW_AGAIN = "/coach/show", coach_show_again();

        BADGE_NEW = "/badges/new", badge_new();
        BADGE_SAVE_NEW = "/badges/save", badge_save_new();
        BADGE = "/badges/{badge}", badge(badge: &BadgeId);
        /// As a small card in a page of the course.
        BADGE_CARD = "/badges/{badge}/card", badge_card(badge: &BadgeId);
        BADGE_EDIT = "/badges/{badge}/edit", badge_edit(badge: &BadgeId);
        BADGE_SAVE = "/badges/{badge}/save", badge_save(badge: &BadgeId);
        BADGE_DUPLICATE = "/badges/{badge}/duplicate", badge_duplicate(badge: &BadgeId);
        BADGE_RULE = "/badges/{badge}/rule", badge_rule(badge: &BadgeId);
        BADGE_RULE_SAVE = "/badges/{badge}/rule/save", badge_rule_save(badge: &BadgeId);
        /// Two versions of the rule side by side.
        BADGE_VERSIONS = "/badges/{badge}/rule/versions", badge_versions(badge: &BadgeId);
        /// The rule over the gradebook of an earlier year.
        BADGE_REPLAY = "/badges/{badge}/rule/replay", badge_replay(badge: &BadgeId);
        BADGE_REPLAY_TRY = "/badges/{badge}/rule/replay/try", badge_replay_try(badge: &BadgeId);
        /// Columns that fit where the rule reads some that are gone.
        BADGE_REPLACED = "/badges/{badge}/columns", badge_replaced(badge: &BadgeId);
        BADGE_REPLACED_TAKE = "/badges/{badge}/columns/take", badge_replaced_take(badge: &BadgeId);
        /// Who endorses it, and who is asked to.
        BADGE_ENDORSEMENTS = "/badges/{badge}/endorsements", badge_endorsements(badge: &BadgeId);
        BADGE_ENDORSEMENT_INVITE = "/badges/{badge}/endorsements/invite", badge_endorsement_invite(badge: &BadgeId);
        BADGE_ENDORSEMENT_WITHDRAW = "/badges/{badge}/endorsements/{endorsement}/withdraw",
            badge_endorsement_withdraw(badge: &BadgeId, endorsement: &EndorsementId);
        /// The same body is asked once more.
        BADGE_ENDORSEMENT_AGAIN = "/badges/{badge}/endorsements/{endorsement}/again",
            badge_endorsement_again(badge: &BadgeId, endorsement: &EndorsementId);
        BADGE_PREVIEW = "/badges/{badge}/preview", badge_preview(badge: &BadgeId);
        BADGE_PREVIEW_CSV = "/badges/{badge}/preview.csv", badge_preview_csv(badge: &BadgeId);
        BADGE_ACTIVATE = "/badges/{badge}/activate", badge_activate(badge: &BadgeId);
        BADGE_RESUME = "/badges/{badge}/resume", badge_resume(badge: &BadgeId);
        BADGE_OFFER = "/badges/{badge}/offer", badge_offer(badge: &BadgeId);
        BADGE_RETIRE = "/badges/{badge}/retire", badge_retire(badge: &BadgeId);
        BADGE_RETIRE_CONFIRM = "/badges/{badge}/retire/confirm", badge_retire_confirm(badge: &BadgeId);
        BADGE_AWARDS = "/badges/{badge}/awards", badge_awards(badge: &BadgeId);
        BADGE_RENEW = "/badges/{badge}/renew", badge_renew(badge: &BadgeId);
        BADGE_REVOKE = "/badges/{badge}/revoke", badge_revoke(badge: &BadgeId);
        BADGE_REVOKE_CONFIRM = "/badges/{badge}/revoke/confirm", badge_revoke_confirm(badge: &BadgeId);

        DECISION = "/badges/{badge}/people/{person}", decision(badge: &BadgeId, person: &PersonId);
        APPROVE = "/badges/{badge}/people/{person}/approve", approve(badge: &BadgeId, person: &PersonId);
        APPROVE_CONFIRM = "/badges/{badge}/people/{person}/approve/confirm",
            approve_confirm(badge: &BadgeId, person: &PersonId);
        AWARD = "/badges/{badge}/people/{person}/award", award(badge: &BadgeId, person: &PersonId);
        AWARD_CONFIRM = "/badges/{badge}/people/{person}/award/confirm",
            award_confirm(badge: &BadgeId, person: &PersonId);
        REGRADE = "/regrades/{regrade}", regrade(regrade: &RegradeId);
        REGRADE_SETTLE = "/regrades/{regrade}/settle", regrade_settle(regrade: &RegradeId);

        PLACE = "/place", place();
        PLACE_REVIEW = "/place/review", place_review();
        PLACE_SEND = "/place/send", place_send();
        PLACE_CANCEL = "/place/cancel", place_cancel();
        COPIED = "/copied/{copy}", copied(copy: &CopyId);
        COPIED_TAKE = "/copied/{copy}/take", copied_take(copy: &CopyId);
        COPIED_DECLINE = "/copied/{copy}/decline", copied_decline(copy: &CopyId);
        COPIED_MAP = "/copied/{copy}/map", copied_map(copy: &CopyId);
        COPIED_ASK = "/copied/{copy}/ask", copied_ask(copy: &CopyId);
        /// What teachers of a copy of this course ask.
        COPY_REQUEST = "/copy-requests/{request}", copy_request(request: &CopyRequestId);
        COPY_REOPEN = "/copy-requests/{request}/reopen", copy_reopen(request: &CopyRequestId);

        EVIDENCE = "/evidence", evidence();
        SUBMISSION = "/evidence/{submission}", submission(submission: &SubmissionId);
        SUBMISSION_REVIEW = "/evidence/{submission}/review", submission_review(submission: &SubmissionId);
        ACTIVITY = "/activities/{activity}", activity(activity: &ActivityId);
        /// The page before one is removed that nobody has opened.
        ACTIVITY_REMOVE = "/activities/{activity}/remove", activity_remove(activity: &ActivityId);
        ACTIVITY_REMOVE_CONFIRM = "/activities/{activity}/remove/confirm", activity_remove_confirm(activity: &ActivityId);
        HAND_IN = "/activities/{activity}/hand-in", hand_in(activity: &ActivityId);
        /// A file that is handed in, piece by piece.
        PIECES = "/activities/{activity}/pieces", pieces(activity: &ActivityId);
        /// What one student handed in to an activity.
        STUDENT_WORK = "/activities/{activity}/of/{person}", student_work(activity: &ActivityId, person: &PersonId);
        /// A review of which the platform did not say enough: `column` or `student` is unknown.
        REVIEW_UNKNOWN = "/review/{what}", review_unknown(what: &str);

        /// The holder's own page of a credential, or a file of it when the name ends so.
        CREDENTIAL = "/credentials/{name}", credential(name: &AwardId);
        CREDENTIAL_PRINT = "/credentials/{award}/print", credential_print(award: &AwardId);
        CREDENTIAL_SHARE = "/credentials/{award}/share", credential_share(award: &AwardId);
        CREDENTIAL_SIGN = "/credentials/{award}/sign", credential_sign(award: &AwardId);
        CREDENTIAL_RECORD = "/credentials/{award}/record", credential_record(award: &AwardId);
        CREDENTIAL_LINKS = "/credentials/{award}/links", credential_links(award: &AwardId);
        CREDENTIAL_LINK_WITHDRAW = "/credentials/{award}/links/{link}/withdraw",
            credential_link_withdraw(award: &AwardId, link: &ShareLinkId);
        /// What the holder says of it themselves.
        CREDENTIAL_NOTE = "/credentials/{award}/note", credential_note(award: &AwardId);
        CREDENTIAL_TIMELINE = "/credentials/{award}/timeline", credential_timeline(award: &AwardId);
        CREDENTIAL_TIMELINE_LINKS = "/credentials/{award}/timeline/links", credential_timeline_links(award: &AwardId);
        CREDENTIAL_TIMELINE_PUBLIC = "/credentials/{award}/timeline/public", credential_timeline_public(award: &AwardId);
        /// All badges of whoever visits, whatever their courses.
        ALL_MINE = "/mine", all_mine();
        MY_TIMELINE = "/mine/timeline", my_timeline();
        MY_TIMELINE_LINKS = "/mine/timeline/links", my_timeline_links();
        MY_TIMELINE_PUBLIC = "/mine/timeline/public", my_timeline_public();
        TIMELINE_WITHDRAW = "/mine/timelines/{timeline}/withdraw", timeline_withdraw(timeline: &TimelineId);
        /// Badges of other issuers.
        ELSEWHERE = "/elsewhere", elsewhere();
        ELSEWHERE_BRING = "/elsewhere/bring", elsewhere_bring();
        ELSEWHERE_KEEP = "/elsewhere/keep", elsewhere_keep();
        ELSEWHERE_CHECK = "/elsewhere/{foreign}/check", elsewhere_check(foreign: &ForeignBadgeId);
        ELSEWHERE_REMOVE = "/elsewhere/{foreign}/remove", elsewhere_remove(foreign: &ForeignBadgeId);
        COLLECTIONS = "/collections", collections();
        /// One of them, or `new`.
        COLLECTION = "/collections/{collection}", collection(collection: &CollectionId);
        COLLECTION_SAVE = "/collections/{collection}/save", collection_save(collection: &CollectionId);
        COLLECTION_LINK = "/collections/{collection}/link", collection_link(collection: &CollectionId);
        COLLECTION_END = "/collections/{collection}/end", collection_end(collection: &CollectionId);
        COLLECTION_REMOVE = "/collections/{collection}/remove", collection_remove(collection: &CollectionId);
        /// Its badges as a file: `presentation` or `registry`.
        COLLECTION_FILE = "/collections/{collection}/files/{kind}",
            collection_file(collection: &CollectionId, kind: &str);
        MY_DATA = "/me", my_data();
        MY_ARCHIVE = "/me/archive", my_archive();
        MY_EMAIL_HASH = "/me/email-hash", my_email_hash();
        ERASURE = "/me/erasure", erasure();
        ERASURE_ASK = "/me/erasure/ask", erasure_ask();
        ERASURE_WITHDRAW = "/me/erasure/withdraw", erasure_withdraw();
    }
}

/// Pages of the console. The constants stand within its scope, the functions make whole paths.
pub(crate) mod console {
    use super::routes;
    use crate::ids::{
        AdminId, AwardId, BadgeId, CopyRequestId, DeploymentId, EndorsementId, ErasureId, ExportId,
        InvitationId, JoinId, KeyId, PlatformId, RegistrationId, RestGrantId, SkillListId, TenantId,
        WaiverId,
    };

    /// What the scope begins with.
    pub(crate) use crate::service::base::addresses::CONSOLE as HOME;
    pub(crate) use crate::service::base::addresses::console::{LINK, PROVIDER_RETURN, link};

    routes! {
        below "", "/admin";

        OVERVIEW = "", overview();
        INSTITUTIONS = "/institutions", institutions();
        SIGN_IN = "/sign-in", sign_in();
        SIGN_IN_PROVIDER = "/sign-in/provider", sign_in_provider();
        SIGN_OUT = "/sign-out", sign_out();
        PASSWORD = "/password", password();

        ADMINISTRATORS = "/administrators", administrators();
        ADMINISTRATOR_INVITE = "/administrators/invite", administrator_invite();
        ADMINISTRATOR_TURN = "/administrators/{id}/turn", administrator_turn(id: &AdminId);

        PLATFORMS = "/platforms", platforms();
        PLATFORM_INVITE = "/platforms/invite", platform_invite();
        /// Takes a deployment of another institution's registration by its code.
        PLATFORM_TAKE = "/platforms/take", platform_take();
        INVITATION_WITHDRAW = "/platforms/invitations/{invitation}/withdraw",
            invitation_withdraw(invitation: &InvitationId);
        BY_HAND = "/platforms/by-hand/{flavour}", by_hand(flavour: &str);
        PLATFORM = "/platforms/p/{platform}", platform(platform: &RegistrationId);
        PLATFORM_TEST = "/platforms/p/{platform}/test", platform_test(platform: &RegistrationId);
        PLATFORM_CHANGE = "/platforms/p/{platform}/change", platform_change(platform: &RegistrationId);
        /// Whether the platform of a deployment is one that is known.
        PLATFORM_SAME = "/platforms/p/{platform}/deployments/{deployment}/same",
            platform_same(platform: &RegistrationId, deployment: &DeploymentId);
        PLATFORM_JOIN = "/platforms/p/{platform}/deployments/{deployment}/join",
            platform_join(platform: &RegistrationId, deployment: &DeploymentId);
        PLATFORM_APART = "/platforms/p/{platform}/deployments/{deployment}/apart",
            platform_apart(platform: &RegistrationId, deployment: &DeploymentId);

        /// Grades that LTI does not show.
        BEYOND = "/platforms/beyond/{platform}", beyond(platform: &PlatformId);
        BEYOND_KEY = "/platforms/beyond/{platform}/key", beyond_key(platform: &PlatformId);
        BEYOND_CHANGE = "/platforms/beyond/{platform}/change", beyond_change(platform: &PlatformId);
        BEYOND_SIGN_IN = "/platforms/beyond/{platform}/sign-in", beyond_sign_in(platform: &PlatformId);
        BEYOND_TEST = "/platforms/beyond/{platform}/tokens/{token}/test",
            beyond_test(platform: &PlatformId, token: &RestGrantId);
        /// The page before everything is given back.
        BEYOND_REVOKE = "/platforms/beyond/{platform}/revoke", beyond_revoke(platform: &PlatformId);

        PEOPLE = "/people", people();
        PEOPLE_OF = "/people/{tenant}", people_of(tenant: &TenantId);
        PEOPLE_JOIN = "/people/{tenant}/join", people_join(tenant: &TenantId);
        JOIN_PART = "/people/{tenant}/joins/{join}/part", join_part(tenant: &TenantId, join: &JoinId);

        /// Awards of courses that have ended.
        AWARDS = "/awards", awards();
        AWARDS_OF = "/awards/{tenant}", awards_of(tenant: &TenantId);
        AWARD_REVOKE = "/awards/{tenant}/{award}/revoke", award_revoke(tenant: &TenantId, award: &AwardId);

        /// Who endorses badges, and who is asked to.
        ENDORSEMENTS = "/endorsements", endorsements();
        ENDORSEMENTS_OF = "/endorsements/{tenant}", endorsements_of(tenant: &TenantId);
        ENDORSEMENT_WITHDRAW = "/endorsements/{tenant}/{endorsement}/withdraw",
            endorsement_withdraw(tenant: &TenantId, endorsement: &EndorsementId);
        ENDORSEMENT_AGAIN = "/endorsements/{tenant}/{endorsement}/again",
            endorsement_again(tenant: &TenantId, endorsement: &EndorsementId);
        ENDORSEMENT_VOUCH = "/endorsements/{tenant}/{endorsement}/vouch",
            endorsement_vouch(tenant: &TenantId, endorsement: &EndorsementId);

        /// Lists of skills from which teachers choose.
        SKILLS_OF = "/skills/{tenant}", skills_of(tenant: &TenantId);
        SKILLS_LOOK = "/skills/{tenant}/look", skills_look(tenant: &TenantId);
        SKILLS_BRING = "/skills/{tenant}/bring", skills_bring(tenant: &TenantId);
        SKILLS_REMOVE = "/skills/{tenant}/{list}/remove", skills_remove(tenant: &TenantId, list: &SkillListId);
        /// What is worth a thought about the badges of an institution.
        COACH_OF = "/coach/{tenant}", coach_of(tenant: &TenantId);
        ISSUERS = "/issuers", issuers();
        ISSUER = "/issuers/{tenant}", issuer(tenant: &TenantId);
        ISSUER_ZONE = "/issuers/{tenant}/time-zone", issuer_zone(tenant: &TenantId);
        ISSUER_COLOUR = "/issuers/{tenant}/colour", issuer_colour(tenant: &TenantId);
        ISSUER_ROTATE = "/issuers/{tenant}/rotate", issuer_rotate(tenant: &TenantId);
        KEY_WITHDRAW = "/issuers/{tenant}/keys/{key}/withdraw", key_withdraw(tenant: &TenantId, key: &KeyId);
        TOOL_KEY_PUBLISH = "/tool-keys/publish", tool_key_publish();
        TOOL_KEY_USE = "/tool-keys/{kid}/use", tool_key_use(kid: &str);
        TOOL_KEY_REMOVE = "/tool-keys/{kid}/remove", tool_key_remove(kid: &str);

        POLICIES = "/policies", policies();
        POLICY = "/policies/{tenant}", policy(tenant: &TenantId);
        /// Stacks over badges of all courses.
        PROGRAMMES = "/programmes", programmes();
        PROGRAMMES_OF = "/programmes/{tenant}", programmes_of(tenant: &TenantId);
        PROGRAMME_NEW = "/programmes/{tenant}/new", programme_new(tenant: &TenantId);
        PROGRAMMES_MAP = "/programmes/{tenant}/map", programmes_map(tenant: &TenantId);
        PROGRAMME = "/programmes/{tenant}/p/{badge}", programme(tenant: &TenantId, badge: &BadgeId);
        PROGRAMME_EDIT = "/programmes/{tenant}/p/{badge}/edit", programme_edit(tenant: &TenantId, badge: &BadgeId);
        PROGRAMME_TRIAL = "/programmes/{tenant}/p/{badge}/try", programme_trial(tenant: &TenantId, badge: &BadgeId);
        PROGRAMME_TURN = "/programmes/{tenant}/p/{badge}/turn", programme_turn(tenant: &TenantId, badge: &BadgeId);
        PROGRAMME_ACCEPT = "/programmes/{tenant}/p/{badge}/accept",
            programme_accept(tenant: &TenantId, badge: &BadgeId);
        PROGRAMME_REVIEW = "/programmes/{tenant}/p/{badge}/review",
            programme_review(tenant: &TenantId, badge: &BadgeId);
        PROGRAMME_WAIVERS = "/programmes/{tenant}/p/{badge}/waivers",
            programme_waivers(tenant: &TenantId, badge: &BadgeId);
        WAIVER_END = "/programmes/{tenant}/p/{badge}/waivers/{waiver}/end",
            waiver_end(tenant: &TenantId, badge: &BadgeId, waiver: &WaiverId);

        AUDIT = "/audit", audit();
        AUDIT_OF = "/audit/{tenant}", audit_of(tenant: &TenantId);
        AUDIT_EXPORT = "/audit/{tenant}/export", audit_export(tenant: &TenantId);

        COPY_REQUESTS = "/copy-requests/{tenant}", copy_requests(tenant: &TenantId);
        COPY_REQUEST = "/copy-requests/{tenant}/{request}", copy_request(tenant: &TenantId, request: &CopyRequestId);
        COPY_REOPEN = "/copy-requests/{tenant}/{request}/reopen", copy_reopen(tenant: &TenantId, request: &CopyRequestId);

        PRIVACY = "/privacy", privacy();
        PRIVACY_OF = "/privacy/{tenant}", privacy_of(tenant: &TenantId);
        EXPORT = "/privacy/{tenant}/export", export(tenant: &TenantId);
        EXPORT_FETCH = "/privacy/{tenant}/exports/{export}", export_fetch(tenant: &TenantId, export: &ExportId);
        ERASURE = "/privacy/{tenant}/erasures/{erasure}", erasure(tenant: &TenantId, erasure: &ErasureId);
        ERASURE_DECLINE = "/privacy/{tenant}/erasures/{erasure}/decline",
            erasure_decline(tenant: &TenantId, erasure: &ErasureId);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_of_a_course_is_registered_whole_and_named_below_the_course() {
        let home = course_home(&"c1".into());
        assert_eq!(course::DECISION, "/c/{course}/badges/{badge}/people/{person}");
        let path = course::decision(&"b1".into(), &"p1".into());
        assert_eq!(format!("{home}{path}"), "/c/c1/badges/b1/people/p1");
    }

    #[test]
    fn a_page_of_the_console_is_registered_within_its_scope_and_named_whole() {
        assert_eq!(console::ISSUER, "/issuers/{tenant}");
        assert_eq!(
            console::issuer(&"t1".into()),
            format!("{}/issuers/t1", console::HOME)
        );
    }
}
