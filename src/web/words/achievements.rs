//! What sort of achievement a badge is, in words.

use crate::domain::achievement::AchievementType;

/// Its name in a sentence or a list.
#[must_use]
pub(crate) fn name(one: AchievementType) -> &'static str {
    match one {
        AchievementType::MicroCredential => "Microcredential",
        AchievementType::Assessment => "Assessment",
        AchievementType::Competency => "Competency",
        AchievementType::Badge => "Badge",
        AchievementType::Achievement => "Achievement",
        AchievementType::Assignment => "Assignment",
        AchievementType::Award => "Award",
        AchievementType::Certificate => "Certificate",
        AchievementType::CertificateOfCompletion => "Certificate of completion",
        AchievementType::Certification => "Certification",
        AchievementType::CoCurricular => "Co-curricular activity",
        AchievementType::CommunityService => "Community service",
        AchievementType::Course => "Course",
        AchievementType::Fieldwork => "Fieldwork",
        AchievementType::LearningProgram => "Learning programme",
        AchievementType::Membership => "Membership",
    }
}

/// The name of what a signed badge says it is; the word itself where it is none of ours.
#[must_use]
pub(crate) fn named(word: &str) -> &str {
    match AchievementType::parse(word) {
        Some(one) => name(one),
        None => word,
    }
}
