//! Pages of a course. The functions make the path below [`super::COURSE_HOME`], for `Visit::href`.

use super::routes;
use crate::ids::{
    AccountJoinId, ActivityId, AwardId, BadgeId, CollectionId, CopyId, CopyRequestId, EndorsementId,
    ForeignBadgeId, JoinId, LineItemId, LinkId, OutsideColumnId, PersonId, RegradeId, ShareLinkId,
    SubmissionId, TimelineId,
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

    /// Stacks of the institution, for instructors who were given the power to make them.
    PROGRAMMES = "/programmes", programmes();
    PROGRAMMES_MAP = "/programmes/map", programmes_map();
    PROGRAMME_NEW = "/programmes/new", programme_new();
    PROGRAMME_SAVE_NEW = "/programmes/save", programme_save_new();
    PROGRAMME = "/programmes/p/{badge}", programme(badge: &BadgeId);
    PROGRAMME_EDIT = "/programmes/p/{badge}/edit", programme_edit(badge: &BadgeId);
    PROGRAMME_SAVE = "/programmes/p/{badge}/save", programme_save(badge: &BadgeId);
    PROGRAMME_TRIAL = "/programmes/p/{badge}/try", programme_trial(badge: &BadgeId);
    PROGRAMME_ACTIVATE = "/programmes/p/{badge}/activate", programme_activate(badge: &BadgeId);
    PROGRAMME_REVIEW = "/programmes/p/{badge}/review", programme_review(badge: &BadgeId);
    PROGRAMME_TURN = "/programmes/p/{badge}/turn", programme_turn(badge: &BadgeId);
    PROGRAMME_HINTS = "/programmes/p/{badge}/hints", programme_hints(badge: &BadgeId);

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

    /// Badges of the institution that the course may take.
    INSTITUTION = "/institution", institution();
    /// One of them, and what stands in the places of its rule.
    INSTITUTION_BADGE = "/institution/{badge}", institution_badge(badge: &BadgeId);
    INSTITUTION_TAKE = "/institution/{badge}/take", institution_take(badge: &BadgeId);

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
    /// Accounts of other platforms that are mine too.
    ACCOUNTS = "/mine/accounts", accounts();
    ACCOUNT_CODE = "/mine/accounts/code", account_code();
    ACCOUNT_REVIEW = "/mine/accounts/review", account_review();
    ACCOUNT_AGREE = "/mine/accounts/agree", account_agree();
    ACCOUNT_CONFIRM = "/mine/accounts/{account}/confirm", account_confirm(account: &AccountJoinId);
    ACCOUNT_DECLINE = "/mine/accounts/{account}/decline", account_decline(account: &AccountJoinId);
    ACCOUNT_PART = "/mine/accounts/{join}/part", account_part(join: &JoinId);
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
