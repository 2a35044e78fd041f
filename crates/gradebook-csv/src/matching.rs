//! Whom the rows of a file are about, by the roster of the course.
//!
//! A row is of somebody where an id of the platform, a SIS id, an e-mail address or a login says so, and nothing in it says
//! otherwise. A name never decides: it proposes, and a person confirms.

use std::collections::HashMap;
use std::collections::btree_map::{BTreeMap, Entry};

use crate::gradebook::PersonKey;

/// By what a row and a member of the roster belong together, the surest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum By {
    /// The id in the platform's API.
    LmsId,
    /// The id of the student information system.
    SisId,
    /// The e-mail address, whatever its letter case.
    Email,
    /// The name to sign in with.
    Login,
}

/// Why a pair is only proposed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Guess {
    /// The SIS id is the same but for noughts in front, which spreadsheet programs drop.
    SisIdWithoutNoughts,
    /// The name is the same, in whichever order its parts stand.
    Name,
}

/// A row and a member, by their places in what was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pair<B> {
    /// The place of the row.
    pub row: usize,
    /// The place of the member.
    pub member: usize,
    /// By what.
    pub by: B,
}

/// A row that could be of several members, or one of several rows of a member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ambiguous {
    /// The place of the row.
    pub row: usize,
    /// The places of the members, in order.
    pub members: Vec<usize>,
    /// What the trouble is.
    pub why: Doubt,
}

/// Why it is not known whom a row is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Doubt {
    /// Its keys are those of different members.
    KeysDisagree,
    /// Several members have the same key.
    SeveralMembers,
    /// Several rows are of this member: which one counts cannot be told.
    SeveralRows,
    /// Several members, or several rows, have this name.
    SeveralOfThisName,
}

/// What became of every row: each stands in exactly one list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pairing {
    /// Whose rows are certain.
    pub certain: Vec<Pair<By>>,
    /// What a person has to confirm.
    pub proposed: Vec<Pair<Guess>>,
    /// What cannot be decided.
    pub ambiguous: Vec<Ambiguous>,
    /// The places of rows that are of nobody in the roster.
    pub unmatched: Vec<usize>,
}

/// The roster of a course, ready to be asked.
pub struct Roster {
    certain: [HashMap<String, Vec<usize>>; 4],
    without_noughts: HashMap<String, Vec<usize>>,
    names: HashMap<String, Vec<usize>>,
}

const KEYS: [By; 4] = [By::LmsId, By::SisId, By::Email, By::Login];

fn key(person: &PersonKey, by: By) -> Option<String> {
    let text = match by {
        By::LmsId => &person.lms_id,
        By::SisId => &person.sis_id,
        By::Email => &person.email,
        By::Login => &person.login,
    };
    let text = text.as_deref().map(str::trim).filter(|text| !text.is_empty())?;
    Some(if by == By::Email {
        text.to_lowercase()
    } else {
        text.to_owned()
    })
}

fn without_noughts(person: &PersonKey) -> Option<String> {
    let id = key(person, By::SisId)?;
    let digits = id.bytes().all(|byte| byte.is_ascii_digit());
    let bare = id.trim_start_matches('0');
    (digits && !bare.is_empty()).then(|| bare.to_owned())
}

/// `Almeida, Rosa` and `rosa almeida` are one name.
fn name(person: &PersonKey) -> Option<String> {
    let text = person.name.as_deref()?.to_lowercase();
    let parts = text.split(|c: char| c.is_whitespace() || c == ',');
    let mut parts: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
    parts.sort_unstable();
    (!parts.is_empty()).then(|| parts.join(" "))
}

impl Roster {
    /// From the members of a course, whose places pairs speak of.
    pub fn new<'a>(members: impl IntoIterator<Item = &'a PersonKey>) -> Self {
        let mut roster = Self {
            certain: Default::default(),
            without_noughts: HashMap::new(),
            names: HashMap::new(),
        };
        for (at, member) in members.into_iter().enumerate() {
            let add = |map: &mut HashMap<String, Vec<usize>>, key: Option<String>| {
                if let Some(key) = key {
                    map.entry(key).or_default().push(at);
                }
            };
            for (by, map) in KEYS.into_iter().zip(&mut roster.certain) {
                add(map, key(member, by));
            }
            add(&mut roster.without_noughts, without_noughts(member));
            add(&mut roster.names, name(member));
        }
        roster
    }

    /// Says of every row whom it is about.
    pub fn pair<'a>(&self, rows: impl IntoIterator<Item = &'a PersonKey>) -> Pairing {
        let mut pairing = Pairing::default();
        let mut claims: BTreeMap<usize, Vec<Pair<By>>> = BTreeMap::new();
        let mut open = Vec::new();
        for (row, person) in rows.into_iter().enumerate() {
            match self.certainly(row, person) {
                Ok(Some(pair)) => claims.entry(pair.member).or_default().push(pair),
                Ok(None) => open.push((row, person)),
                Err(ambiguous) => pairing.ambiguous.push(ambiguous),
            }
        }
        for (member, pairs) in &claims {
            match pairs.as_slice() {
                [pair] => pairing.certain.push(*pair),
                several => pairing.ambiguous.extend(several.iter().map(|pair| Ambiguous {
                    row: pair.row,
                    members: vec![*member],
                    why: Doubt::SeveralRows,
                })),
            }
        }
        let is_free = |member: &usize| !claims.contains_key(member);
        self.propose(&open, is_free, &mut pairing);
        pairing.certain.sort_unstable_by_key(|pair| pair.row);
        pairing.proposed.sort_unstable_by_key(|pair| pair.row);
        pairing.ambiguous.sort_unstable_by_key(|one| one.row);
        pairing
    }

    fn certainly(&self, row: usize, person: &PersonKey) -> Result<Option<Pair<By>>, Ambiguous> {
        let mut found: Option<Pair<By>> = None;
        let mut several = None;
        for (by, map) in KEYS.into_iter().zip(&self.certain) {
            let members = key(person, by).and_then(|key| map.get(&key));
            match (members.map(Vec::as_slice), found) {
                (None | Some([]), _) => {}
                (Some([member]), Some(pair)) if pair.member != *member => {
                    let mut members = vec![pair.member, *member];
                    members.sort_unstable();
                    let why = Doubt::KeysDisagree;
                    return Err(Ambiguous { row, members, why });
                }
                (Some([member]), None) => {
                    let member = *member;
                    found = Some(Pair { row, member, by });
                }
                (Some([_]), Some(_)) => {}
                (Some(many), _) => several = Some(many.to_vec()),
            }
        }
        match (found, several) {
            (Some(pair), _) => Ok(Some(pair)),
            (None, Some(members)) => {
                let why = Doubt::SeveralMembers;
                Err(Ambiguous { row, members, why })
            }
            (None, None) => Ok(None),
        }
    }

    /// For rows that nothing certain is known of, and members whom no row is certainly of.
    fn propose(&self, rows: &[(usize, &PersonKey)], is_free: impl Fn(&usize) -> bool, pairing: &mut Pairing) {
        let mut taken: BTreeMap<usize, Vec<(usize, Guess)>> = BTreeMap::new();
        for (row, person) in rows {
            let free = |members: Option<&Vec<usize>>| -> Vec<usize> {
                members.into_iter().flatten().copied().filter(&is_free).collect()
            };
            let by_id = free(without_noughts(person).and_then(|id| self.without_noughts.get(&id)));
            let by_name = free(name(person).and_then(|name| self.names.get(&name)));
            match (by_id.as_slice(), by_name.as_slice()) {
                ([member], _) => taken
                    .entry(*member)
                    .or_default()
                    .push((*row, Guess::SisIdWithoutNoughts)),
                (_, [member]) => taken.entry(*member).or_default().push((*row, Guess::Name)),
                (_, []) => pairing.unmatched.push(*row),
                (_, many) => pairing.ambiguous.push(Ambiguous {
                    row: *row,
                    members: many.to_vec(),
                    why: Doubt::SeveralOfThisName,
                }),
            }
        }
        for (member, rows) in taken {
            if let [(row, by)] = *rows.as_slice() {
                pairing.proposed.push(Pair { row, member, by });
                continue;
            }
            pairing
                .ambiguous
                .extend(rows.into_iter().map(|(row, _)| Ambiguous {
                    row,
                    members: vec![member],
                    why: Doubt::SeveralOfThisName,
                }));
        }
    }
}

/// What a teacher confirmed, put to what is certain: a confirmed pair counts only if it was proposed, and once.
///
/// Gives the place of the member of each row.
#[must_use]
pub fn confirmed(pairing: &Pairing, is_confirmed: impl Fn(&Pair<Guess>) -> bool) -> BTreeMap<usize, usize> {
    let mut all: BTreeMap<usize, usize> = pairing
        .certain
        .iter()
        .map(|pair| (pair.row, pair.member))
        .collect();
    for pair in pairing.proposed.iter().filter(|pair| is_confirmed(pair)) {
        if let Entry::Vacant(place) = all.entry(pair.row) {
            place.insert(pair.member);
        }
    }
    all
}
