//! Two versions of a rule side by side: what they ask differently, and whose outcome differs.

use chrono::{DateTime, Utc};

use crate::domain::award::{Award, Standing};
use crate::domain::decision::Truth;
use crate::domain::evaluate::outcome;
use crate::domain::facts::Facts;
use crate::domain::rule::{Condition, Group, Need, Node};
use crate::domain::subject::Subject;

#[cfg(test)]
mod tests;

/// One thing in which a version differs from an earlier one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Change {
    /// Another share of a group's members is needed. The group is as it is after.
    Needs {
        of: Place,
        before: Count,
        after: Count,
    },
    GroupAdded {
        group: Group,
        to: Place,
    },
    GroupRemoved {
        group: Group,
        from: Place,
    },
    /// Something else is asked about the same: another threshold.
    Asks {
        before: Condition,
        after: Condition,
    },
    /// The same is asked in another group. A condition that asks something else there too is here as it is after.
    Moved {
        condition: Condition,
        from: Place,
        to: Place,
    },
    Added {
        condition: Condition,
        to: Place,
    },
    Removed {
        condition: Condition,
        from: Place,
    },
}

/// Where in a rule: in its outermost group, or in one within.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    Outermost,
    Within(Group),
}

/// How many of so many members are needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Count {
    pub(crate) need: Need,
    /// Different members.
    pub(crate) of: usize,
}

impl Count {
    /// The need by which two that come to the same are equal.
    fn canonical(self) -> Need {
        match self.need {
            Need::Any | Need::AtLeast(1) if self.of == 1 => Need::All,
            Need::AtLeast(1) => Need::Any,
            need => need,
        }
    }
}

/// What `after` asks otherwise than `before`. Where there is nothing, both say the same of everybody; the order of members
/// and what is asked twice make no difference.
#[must_use]
pub(crate) fn difference(before: &Group, after: &Group) -> Vec<Change> {
    let mut found = Found::default();
    found.compare(&View::outermost(before), &View::outermost(after));
    found.changes()
}

/// A group as it counts: its different members.
struct View<'a> {
    place: Place,
    need: Need,
    members: Vec<&'a Node>,
}

impl<'a> View<'a> {
    /// What is round a single group and asks nothing of its own is looked through.
    fn outermost(root: &'a Group) -> Self {
        let mut group = root;
        while let Need::All | Need::Any | Need::AtLeast(1) = group.need
            && let [Node::Group(only)] = group.nodes.as_slice()
        {
            group = only;
        }
        Self {
            place: Place::Outermost,
            need: group.need,
            members: group.distinct(),
        }
    }

    fn within(group: &'a Group) -> Self {
        Self {
            place: Place::Within(group.clone()),
            need: group.need,
            members: group.distinct(),
        }
    }

    fn count(&self) -> Count {
        Count {
            need: self.need,
            of: self.members.len(),
        }
    }
}

/// What was found so far: conditions that were not met again in their own group may have moved.
#[derive(Default)]
struct Found {
    changes: Vec<Change>,
    gone: Vec<(Condition, Place)>,
    come: Vec<(Condition, Place)>,
}

/// Conditions and groups, apart.
fn apart<'a>(members: &[&'a Node]) -> (Vec<&'a Condition>, Vec<&'a Group>) {
    let (mut conditions, mut groups) = (Vec::new(), Vec::new());
    for node in members {
        match *node {
            Node::Condition(condition) => conditions.push(condition),
            Node::Group(group) => groups.push(group),
        }
    }
    (conditions, groups)
}

/// How much two groups have in common: the pair that has most is the same group, changed.
fn likeness(one: &Group, other: &Group) -> usize {
    let others = other.conditions();
    let of = |condition: &Condition| {
        if others.contains(&condition) {
            2
        } else {
            let subject = Subject::of(condition);
            usize::from(others.iter().any(|other| Subject::of(other) == subject))
        }
    };
    one.conditions().into_iter().map(of).sum()
}

impl Found {
    fn compare(&mut self, before: &View<'_>, after: &View<'_>) {
        let (was, is) = (before.count(), after.count());
        if was.need != is.need && was.canonical() != is.canonical() {
            self.changes.push(Change::Needs {
                of: after.place.clone(),
                before: was,
                after: is,
            });
        }
        let mut new = after.members.clone();
        let mut old = before.members.clone();
        old.retain(|node| {
            let same = new.iter().position(|other| other == node);
            same.map(|at| new.remove(at)).is_none()
        });
        let ((old, old_groups), (new, new_groups)) = (apart(&old), apart(&new));
        self.conditions(old, new, before, after);
        self.groups(old_groups, new_groups, before, after);
    }

    fn conditions(
        &mut self,
        old: Vec<&Condition>,
        mut new: Vec<&Condition>,
        before: &View<'_>,
        after: &View<'_>,
    ) {
        for condition in old {
            let subject = Subject::of(condition);
            match new.iter().position(|other| Subject::of(other) == subject) {
                Some(at) => self.changes.push(Change::Asks {
                    before: condition.clone(),
                    after: new.remove(at).clone(),
                }),
                None => self.gone.push((condition.clone(), before.place.clone())),
            }
        }
        let come = new
            .into_iter()
            .map(|condition| (condition.clone(), after.place.clone()));
        self.come.extend(come);
    }

    fn groups(&mut self, mut old: Vec<&Group>, mut new: Vec<&Group>, before: &View<'_>, after: &View<'_>) {
        while let Some((left, right)) = likest(&old, &new) {
            let (left, right) = (old.remove(left), new.remove(right));
            self.compare(&View::within(left), &View::within(right));
        }
        for group in old {
            self.lose(group, &before.place);
        }
        for group in new {
            self.gain(group, &after.place);
        }
    }

    fn lose(&mut self, group: &Group, from: &Place) {
        self.changes.push(Change::GroupRemoved {
            group: group.clone(),
            from: from.clone(),
        });
        let place = Place::Within(group.clone());
        for member in group.distinct() {
            match member {
                Node::Condition(condition) => self.gone.push((condition.clone(), place.clone())),
                Node::Group(inner) => self.lose(inner, &place),
            }
        }
    }

    fn gain(&mut self, group: &Group, to: &Place) {
        self.changes.push(Change::GroupAdded {
            group: group.clone(),
            to: to.clone(),
        });
        let place = Place::Within(group.clone());
        for member in group.distinct() {
            match member {
                Node::Condition(condition) => self.come.push((condition.clone(), place.clone())),
                Node::Group(inner) => self.gain(inner, &place),
            }
        }
    }

    /// What is gone in one place and has come in another has moved.
    fn changes(mut self) -> Vec<Change> {
        let same = |one: &Condition, other: &Condition| one == other;
        let alike = |one: &Condition, other: &Condition| Subject::of(one) == Subject::of(other);
        self.moved(same);
        self.moved(alike);
        let Self {
            mut changes,
            gone,
            come,
        } = self;
        let added = come.into_iter();
        changes.extend(added.map(|(condition, to)| Change::Added { condition, to }));
        let removed = gone.into_iter();
        changes.extend(removed.map(|(condition, from)| Change::Removed { condition, from }));
        changes
    }

    fn moved(&mut self, is: impl Fn(&Condition, &Condition) -> bool) {
        for (was, from) in std::mem::take(&mut self.gone) {
            let Some(at) = self.come.iter().position(|(condition, _)| is(&was, condition)) else {
                self.gone.push((was, from));
                continue;
            };
            let (condition, to) = self.come.remove(at);
            if was != condition {
                self.changes.push(Change::Asks {
                    before: was,
                    after: condition.clone(),
                });
            }
            self.changes.push(Change::Moved { condition, from, to });
        }
    }
}

/// The places of the two groups that have most in common, if any have something.
fn likest(old: &[&Group], new: &[&Group]) -> Option<(usize, usize)> {
    let mut best: Option<(usize, usize, usize)> = None;
    for (left, one) in old.iter().enumerate() {
        for (right, other) in new.iter().enumerate() {
            let common = likeness(one, other);
            if common > best.map_or(0, |(most, ..)| most) {
                best = Some((common, left, right));
            }
        }
    }
    best.map(|(_, left, right)| (left, right))
}

/// What two versions say of one person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shift {
    Gains,
    Loses,
    MeetsBoth,
    MeetsNeither,
}

impl Shift {
    /// What is not known is not met.
    #[must_use]
    pub(crate) fn between(before: Truth, after: Truth) -> Self {
        match (before == Truth::Yes, after == Truth::Yes) {
            (false, true) => Self::Gains,
            (true, false) => Self::Loses,
            (true, true) => Self::MeetsBoth,
            (false, false) => Self::MeetsNeither,
        }
    }
}

/// Somebody whom another version would concern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Concerned {
    pub(crate) shift: Shift,
    /// What the later version says: what is not known yet is not a no.
    pub(crate) after: Truth,
    /// Whether the badge is held now.
    pub(crate) holds: bool,
}

impl Concerned {
    /// How the two versions concern somebody of whom that is known, and who has that latest award.
    #[must_use]
    pub(crate) fn of(
        before: &Group,
        after: &Group,
        facts: &Facts,
        latest: Option<&Award>,
        now: DateTime<Utc>,
    ) -> Self {
        let then = outcome(after, facts, now);
        Self {
            shift: Shift::between(outcome(before, facts, now), then),
            after: then,
            holds: latest
                .map(|award| award.standing(now))
                .is_some_and(Standing::is_held),
        }
    }
}

/// Whom a list is of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Whom {
    #[default]
    Gaining,
    Losing,
    /// Hold the badge, do not meet the later version, and keep it.
    Keeping,
}

impl Whom {
    pub(crate) const ALL: [Self; 3] = [Self::Gaining, Self::Losing, Self::Keeping];

    /// Its word in an address.
    #[must_use]
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Gaining => "gain",
            Self::Losing => "lose",
            Self::Keeping => "keep",
        }
    }

    /// The list of that word; the first one for any other.
    #[must_use]
    pub(crate) fn parse(word: &str) -> Self {
        let mut all = Self::ALL.into_iter();
        all.find(|one| one.word() == word).unwrap_or_default()
    }

    /// Whether somebody is in it.
    #[must_use]
    pub(crate) fn has(self, one: Concerned) -> bool {
        match self {
            Self::Gaining => one.shift == Shift::Gains,
            Self::Losing => one.shift == Shift::Loses,
            Self::Keeping => one.holds && one.after != Truth::Yes,
        }
    }
}

/// How many another version concerns. One is counted after the other, so that no class has to be in memory.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Effects {
    /// Those looked at.
    pub(crate) students: usize,
    pub(crate) meet_both: usize,
    pub(crate) meet_neither: usize,
    pub(crate) gain: usize,
    /// Of those who gain, hold the badge already.
    pub(crate) gain_and_hold: usize,
    pub(crate) lose: usize,
    /// Of those who lose, for whom not enough is known to say no.
    pub(crate) lose_for_want: usize,
    pub(crate) hold: usize,
    /// Of the holders, do not meet the later version.
    pub(crate) keep: usize,
}

impl Effects {
    pub(crate) fn count(&mut self, one: Concerned) {
        let counter = match one.shift {
            Shift::Gains => &mut self.gain,
            Shift::Loses => &mut self.lose,
            Shift::MeetsBoth => &mut self.meet_both,
            Shift::MeetsNeither => &mut self.meet_neither,
        };
        *counter += 1;
        self.students += 1;
        self.gain_and_hold += usize::from(one.holds && one.shift == Shift::Gains);
        self.lose_for_want += usize::from(one.shift == Shift::Loses && one.after == Truth::Unknown);
        self.hold += usize::from(one.holds);
        self.keep += usize::from(Whom::Keeping.has(one));
    }

    /// How many a list has.
    #[must_use]
    pub(crate) fn of(&self, whom: Whom) -> usize {
        match whom {
            Whom::Gaining => self.gain,
            Whom::Losing => self.lose,
            Whom::Keeping => self.keep,
        }
    }
}
