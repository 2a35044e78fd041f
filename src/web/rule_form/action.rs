//! What a button of the rule builder does to the draft.

use super::{DraftGroup, DraftNode, MAX_DEPTH, MAX_NODES, RowKind, child_path, depth};

/// A change to the tree. Paths are checked when it is applied, not when it is parsed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Action {
    /// `add:<path of the group>:<kind>`.
    Add { group: String, kind: RowKind },
    /// `group:<path of the group>`.
    AddGroup { group: String },
    /// `remove:<path>`.
    Remove { path: String },
    /// `up:<path>`.
    Up { path: String },
    /// `down:<path>`.
    Down { path: String },
}

impl Action {
    /// Reads the value of the button that was pressed; `None` for buttons that do not change the tree.
    #[must_use]
    pub(crate) fn parse(value: &str) -> Option<Self> {
        let (verb, rest) = value.split_once(':')?;
        Some(match verb {
            "add" => {
                let (group, kind) = rest.split_once(':').unwrap_or((rest, "grade"));
                Self::Add {
                    group: group.to_owned(),
                    kind: RowKind::parse(kind)?,
                }
            }
            "group" => Self::AddGroup {
                group: rest.to_owned(),
            },
            "remove" => Self::Remove {
                path: rest.to_owned(),
            },
            "up" => Self::Up {
                path: rest.to_owned(),
            },
            "down" => Self::Down {
                path: rest.to_owned(),
            },
            _ => return None,
        })
    }
}

/// Applies a button to the draft and returns the path of the node that should have the focus now. A path that does not
/// exist, or an action that would go beyond the limits, changes nothing.
#[must_use]
pub(crate) fn apply(draft: &mut DraftGroup, action: &Action) -> Option<String> {
    match action {
        Action::Add { group, kind } => add(draft, group, DraftNode::Row(kind.empty())),
        Action::AddGroup { group } if depth(group) + 1 < MAX_DEPTH => {
            add(draft, group, DraftNode::Group(DraftGroup::default()))
        }
        Action::AddGroup { .. } => None,
        Action::Remove { path } => {
            let (parent, position) = split(path)?;
            let group = find(draft, parent)?;
            if position >= group.nodes.len() {
                return None;
            }
            group.nodes.remove(position);
            // The focus goes to what took its place, else to what stands before, else to the group.
            match group.nodes.len() {
                0 => Some(parent.to_owned()),
                left => Some(child_path(parent, position.min(left - 1))),
            }
        }
        Action::Up { path } => {
            let (parent, position) = split(path)?;
            swap(draft, parent, position, position.checked_sub(1)?)
        }
        Action::Down { path } => {
            let (parent, position) = split(path)?;
            swap(draft, parent, position, position.checked_add(1)?)
        }
    }
}

fn add(draft: &mut DraftGroup, path: &str, node: DraftNode) -> Option<String> {
    if draft.size() >= MAX_NODES {
        return None;
    }
    let group = find(draft, path)?;
    group.nodes.push(node);
    Some(child_path(path, group.nodes.len().saturating_sub(1)))
}

fn swap(draft: &mut DraftGroup, parent: &str, from: usize, to: usize) -> Option<String> {
    let group = find(draft, parent)?;
    if from >= group.nodes.len() || to >= group.nodes.len() {
        return None;
    }
    group.nodes.swap(from, to);
    Some(child_path(parent, to))
}

fn split(path: &str) -> Option<(&str, usize)> {
    let (parent, position) = path.rsplit_once('.').unwrap_or(("", path));
    Some((parent, position.parse().ok()?))
}

fn find<'a>(group: &'a mut DraftGroup, path: &str) -> Option<&'a mut DraftGroup> {
    if path.is_empty() {
        return Some(group);
    }
    let (first, rest) = path.split_once('.').unwrap_or((path, ""));
    match group.nodes.get_mut(first.parse::<usize>().ok()?)? {
        DraftNode::Group(below) => find(below, rest),
        DraftNode::Row(_) => None,
    }
}
