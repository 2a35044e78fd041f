//! Pages of the console. The constants stand within its scope, the functions make whole paths.

use super::routes;
use crate::ids::{
    AdminId, AwardId, BadgeId, CopyRequestId, DeploymentId, EndorsementId, ErasureId, ExportId, InvitationId,
    JoinId, KeyId, PersonId, PlatformId, RegistrationId, RestGrantId, SkillListId, TenantId, WaiverId,
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

    /// Whom the institution takes for minors.
    MINORS_OF = "/minors/{tenant}", minors_of(tenant: &TenantId);
    MINORS_BRING = "/minors/{tenant}/bring", minors_bring(tenant: &TenantId);
    /// The page before it is said of one person.
    MINORS_PERSON = "/minors/{tenant}/people/{person}", minors_person(tenant: &TenantId, person: &PersonId);
    /// The page before it is said of a whole platform.
    MINORS_PLATFORM = "/minors/{tenant}/platforms/{platform}",
        minors_platform(tenant: &TenantId, platform: &PlatformId);

    POLICIES = "/policies", policies();
    POLICY = "/policies/{tenant}", policy(tenant: &TenantId);
    /// Stacks over badges of all courses.
    PROGRAMMES = "/programmes", programmes();
    PROGRAMMES_OF = "/programmes/{tenant}", programmes_of(tenant: &TenantId);
    PROGRAMME_NEW = "/programmes/{tenant}/new", programme_new(tenant: &TenantId);
    PROGRAMMES_MAP = "/programmes/{tenant}/map", programmes_map(tenant: &TenantId);
    /// Instructors who may make them.
    PROGRAMME_MAKERS = "/programmes/{tenant}/makers", programme_makers(tenant: &TenantId);
    PROGRAMME = "/programmes/{tenant}/p/{badge}", programme(tenant: &TenantId, badge: &BadgeId);
    PROGRAMME_EDIT = "/programmes/{tenant}/p/{badge}/edit", programme_edit(tenant: &TenantId, badge: &BadgeId);
    PROGRAMME_TRIAL = "/programmes/{tenant}/p/{badge}/try", programme_trial(tenant: &TenantId, badge: &BadgeId);
    PROGRAMME_TURN = "/programmes/{tenant}/p/{badge}/turn", programme_turn(tenant: &TenantId, badge: &BadgeId);
    PROGRAMME_HINTS = "/programmes/{tenant}/p/{badge}/hints", programme_hints(tenant: &TenantId, badge: &BadgeId);
    PROGRAMME_ACCEPT = "/programmes/{tenant}/p/{badge}/accept",
        programme_accept(tenant: &TenantId, badge: &BadgeId);
    PROGRAMME_REVIEW = "/programmes/{tenant}/p/{badge}/review",
        programme_review(tenant: &TenantId, badge: &BadgeId);
    PROGRAMME_WAIVERS = "/programmes/{tenant}/p/{badge}/waivers",
        programme_waivers(tenant: &TenantId, badge: &BadgeId);
    WAIVER_END = "/programmes/{tenant}/p/{badge}/waivers/{waiver}/end",
        waiver_end(tenant: &TenantId, badge: &BadgeId, waiver: &WaiverId);

    /// Badges that courses take.
    BADGES = "/badges", badges();
    BADGES_OF = "/badges/{tenant}", badges_of(tenant: &TenantId);
    BADGE_NEW = "/badges/{tenant}/new", badge_new(tenant: &TenantId);
    BADGE = "/badges/{tenant}/b/{badge}", badge(tenant: &TenantId, badge: &BadgeId);
    BADGE_EDIT = "/badges/{tenant}/b/{badge}/edit", badge_edit(tenant: &TenantId, badge: &BadgeId);
    BADGE_PUBLISH = "/badges/{tenant}/b/{badge}/publish", badge_publish(tenant: &TenantId, badge: &BadgeId);
    BADGE_REACH = "/badges/{tenant}/b/{badge}/reach", badge_reach(tenant: &TenantId, badge: &BadgeId);
    BADGE_TURN = "/badges/{tenant}/b/{badge}/turn", badge_turn(tenant: &TenantId, badge: &BadgeId);
    /// Who holds what, in numbers and by name.
    HOLDINGS = "/holdings", holdings();
    HOLDINGS_OF = "/holdings/{tenant}", holdings_of(tenant: &TenantId);
    HOLDINGS_TABLE = "/holdings/{tenant}/numbers.csv", holdings_table(tenant: &TenantId);
    HOLDINGS_PEOPLE = "/holdings/{tenant}/people", holdings_people(tenant: &TenantId);
    HOLDINGS_NAMES = "/holdings/{tenant}/names.csv", holdings_names(tenant: &TenantId);

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
