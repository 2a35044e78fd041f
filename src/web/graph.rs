//! A drawing of badges that build on badges: nodes and edges in, places out, in layers from left to right.
//!
//! Written here rather than taken from a crate. The layout crates that could be kept (`layout-rs`, `dagre-rs`, `rust-sugiyama`) either
//! write a whole SVG with colours and fonts of their own in `style` attributes, which the content policy of these pages refuses and dark
//! mode and print cannot reach, or bring a graph library for a picture of which the input is one list. What is needed are layers by the
//! longest way, an order with few crossings, and straight boxes whose text is text of the page: nodes are links, and every drawing stands
//! beside a list that says the same.

use std::collections::{HashMap, HashSet};

/// More is a list alone: nobody reads such a picture.
pub(crate) const MOST: usize = 300;
/// The size of a box, and how far boxes are apart, in the units of the picture.
const BOX: (usize, usize) = (220, 44);
const APART: (usize, usize) = (70, 14);
/// The characters that fit into a box.
const FITS: usize = 28;
/// How often the order within the layers is made better.
const SWEEPS: usize = 4;

/// Something to draw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Node {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) href: String,
    /// The ids of those on which it builds; such as are not drawn are left out.
    pub(crate) builds_on: Vec<String>,
    /// Those of them that come before it and are no parts of it.
    pub(crate) comes_after: Vec<String>,
}

/// A box at its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Placed {
    pub(crate) x: usize,
    pub(crate) y: usize,
    /// The name, shortened to what fits.
    pub(crate) label: String,
    pub(crate) name: String,
    pub(crate) href: String,
}

impl Placed {
    /// Where its text begins.
    pub(crate) fn text_x(&self) -> usize {
        self.x.saturating_add(12)
    }

    /// Where the line of its text is.
    pub(crate) fn text_y(&self) -> usize {
        self.y.saturating_add(27)
    }
}

/// A drawing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Drawing {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) nodes: Vec<Placed>,
    /// The data of a path from each part to its whole.
    pub(crate) parts: Vec<String>,
    /// The same from what has to come before.
    pub(crate) before: Vec<String>,
}

impl Drawing {
    /// The width of a box.
    pub(crate) fn box_width(&self) -> usize {
        BOX.0
    }

    /// Its height.
    pub(crate) fn box_height(&self) -> usize {
        BOX.1
    }
}

/// Places the nodes; none where there is nothing to draw, or too much to be read. A loop, which no active rules have, ends where it
/// begins.
#[must_use]
pub(crate) fn draw(nodes: &[Node]) -> Option<Drawing> {
    if nodes.is_empty() || nodes.len() > MOST {
        return None;
    }
    let at: HashMap<&str, usize> = nodes
        .iter()
        .enumerate()
        .map(|(n, node)| (node.id.as_str(), n))
        .collect();
    let below: Vec<Vec<usize>> = nodes
        .iter()
        .map(|node| {
            let named = node.builds_on.iter().chain(&node.comes_after);
            let mut found: Vec<usize> = named.filter_map(|id| at.get(id.as_str()).copied()).collect();
            found.sort_unstable();
            found.dedup();
            found
        })
        .collect();
    let layers = ordered(&layered(&below), &below);
    let mut places: Vec<(usize, usize)> = vec![(0, 0); nodes.len()];
    let tallest = layers.iter().map(Vec::len).max().unwrap_or(0);
    let step = (BOX.0 + APART.0, BOX.1 + APART.1);
    for (layer, members) in layers.iter().enumerate() {
        // Short layers stand in the middle of the tall ones.
        let down = tallest.saturating_sub(members.len()).saturating_mul(step.1) / 2;
        for (row, node) in members.iter().enumerate() {
            if let Some(place) = places.get_mut(*node) {
                *place = (
                    layer.saturating_mul(step.0),
                    row.saturating_mul(step.1).saturating_add(down),
                );
            }
        }
    }
    Some(drawing(nodes, &at, &places, (layers.len(), tallest)))
}

fn drawing(
    nodes: &[Node],
    at: &HashMap<&str, usize>,
    places: &[(usize, usize)],
    (wide, tall): (usize, usize),
) -> Drawing {
    let place = |id: &str| at.get(id).and_then(|n| places.get(*n)).copied();
    let lines = |of: fn(&Node) -> &Vec<String>| -> Vec<String> {
        let mut paths = Vec::new();
        for node in nodes {
            let Some(to) = place(&node.id) else { continue };
            paths.extend(of(node).iter().filter_map(|id| Some(line(place(id)?, to))));
        }
        paths
    };
    Drawing {
        width: wide.saturating_mul(BOX.0 + APART.0).saturating_sub(APART.0),
        height: tall.saturating_mul(BOX.1 + APART.1).saturating_sub(APART.1),
        parts: lines(|node| &node.builds_on),
        before: lines(|node| &node.comes_after),
        nodes: nodes
            .iter()
            .zip(places)
            .map(|(node, (x, y))| Placed {
                x: *x,
                y: *y,
                label: shortened(&node.name),
                name: node.name.clone(),
                href: node.href.clone(),
            })
            .collect(),
    }
}

/// A curve from the right edge of a box to the left one of another.
fn line((x, y): (usize, usize), to: (usize, usize)) -> String {
    let (from_x, from_y, to_y) = (
        x.saturating_add(BOX.0),
        y.saturating_add(BOX.1 / 2),
        to.1.saturating_add(BOX.1 / 2),
    );
    let bend = APART.0 / 2;
    format!(
        "M{from_x} {from_y}C{} {from_y} {} {to_y} {} {to_y}",
        from_x.saturating_add(bend),
        to.0.saturating_sub(bend),
        to.0
    )
}

fn shortened(name: &str) -> String {
    if name.chars().count() <= FITS {
        return name.to_owned();
    }
    let kept: String = name.chars().take(FITS.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

/// The layer of each node: one after the last of those on which it builds.
fn layered(below: &[Vec<usize>]) -> Vec<usize> {
    let mut layers: Vec<usize> = vec![0; below.len()];
    // A way is at most as long as there are nodes; a loop would never end.
    for _ in 0..below.len() {
        let mut changed = false;
        for (node, parts) in below.iter().enumerate() {
            let deepest = parts.iter().filter(|part| **part != node);
            let deepest = deepest.filter_map(|part| layers.get(*part)).max().copied();
            let wanted = deepest
                .map_or(0, |deepest| deepest.saturating_add(1))
                .min(below.len());
            if let Some(layer) = layers.get_mut(node)
                && *layer < wanted
            {
                *layer = wanted;
                changed = true;
            }
        }
        if !changed {
            break;
        }
    }
    layers
}

/// The members of each layer, in an order in which few lines cross: each near the middle of those that it is joined to.
fn ordered(layers: &[usize], below: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let used: HashSet<usize> = layers.iter().copied().collect();
    let mut used: Vec<usize> = used.into_iter().collect();
    used.sort_unstable();
    let mut rows: Vec<Vec<usize>> = used
        .iter()
        .map(|layer| {
            let members = layers.iter().enumerate().filter(|(_, own)| *own == layer);
            members.map(|(node, _)| node).collect()
        })
        .collect();
    let mut joined: Vec<Vec<usize>> = below.to_vec();
    for (node, parts) in below.iter().enumerate() {
        for part in parts {
            if let Some(others) = joined.get_mut(*part) {
                others.push(node);
            }
        }
    }
    for _ in 0..SWEEPS {
        let mut place: Vec<usize> = vec![0; below.len()];
        for row in &rows {
            for (at, node) in row.iter().enumerate() {
                if let Some(own) = place.get_mut(*node) {
                    *own = at.saturating_mul(1_000) / row.len().max(1);
                }
            }
        }
        let middle = |node: &usize| {
            let others = joined.get(*node).map(Vec::as_slice).unwrap_or_default();
            let sum: usize = others.iter().filter_map(|other| place.get(*other)).sum();
            let own = place.get(*node).copied().unwrap_or_default();
            sum.checked_div(others.len()).unwrap_or(own)
        };
        for row in &mut rows {
            row.sort_by_key(|node| (middle(node), *node));
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn node(id: usize, below: &[usize]) -> Node {
        Node {
            id: id.to_string(),
            name: format!("Badge {id}"),
            href: format!("#{id}"),
            builds_on: below.iter().map(ToString::to_string).collect(),
            comes_after: Vec::new(),
        }
    }

    #[test]
    fn a_whole_stands_right_of_its_parts_and_is_joined_to_each() {
        let drawing = draw(&[node(0, &[]), node(1, &[]), node(2, &[0, 1])]).unwrap();
        let x: Vec<usize> = drawing.nodes.iter().map(|one| one.x).collect();
        assert_eq!(x, [0, 0, 290]);
        assert_ne!(drawing.nodes[0].y, drawing.nodes[1].y);
        assert_eq!((drawing.parts.len(), drawing.before.len()), (2, 0));
        assert_eq!((drawing.width, drawing.height), (510, 102));
    }

    #[test]
    fn a_loop_is_drawn_and_ends() {
        let drawing = draw(&[node(0, &[2]), node(1, &[0]), node(2, &[1])]).unwrap();
        assert_eq!(drawing.nodes.len(), 3);
    }

    #[test]
    fn three_hundred_badges_are_drawn_and_more_are_not() {
        let many: Vec<Node> = (0..300)
            .map(|n| node(n, if n == 0 { &[] } else { &[0] }))
            .collect();
        assert_eq!(draw(&many).unwrap().nodes.len(), 300);
        let chain: Vec<Node> = (0..300usize)
            .map(|n| node(n, &n.checked_sub(1).map_or(vec![], |one| vec![one])))
            .collect();
        assert_eq!(draw(&chain).unwrap().width, 300 * 290 - 70);
        let more: Vec<Node> = (0..301).map(|n| node(n, &[])).collect();
        assert_eq!(draw(&more), None);
        assert_eq!(draw(&[]), None);
    }

    #[test]
    fn a_long_name_is_shortened_in_its_box_alone() {
        let long = Node {
            name: "Python for the automation of laboratories".into(),
            ..node(0, &[])
        };
        let drawing = draw(&[long]).unwrap();
        assert_eq!(drawing.nodes[0].label, "Python for the automation o…");
        assert_eq!(drawing.nodes[0].name, "Python for the automation of laboratories");
    }

    proptest! {
        #[test]
        fn no_two_boxes_stand_at_one_place(edges in prop::collection::vec((0..20usize, 0..20usize), 0..60)) {
            let nodes: Vec<Node> = (0..20)
                .map(|n| node(n, &edges.iter().filter(|(whole, _)| *whole == n).map(|(_, part)| *part).collect::<Vec<_>>()))
                .collect();
            let drawing = draw(&nodes).unwrap();
            let places: HashSet<(usize, usize)> = drawing.nodes.iter().map(|one| (one.x, one.y)).collect();
            prop_assert_eq!(places.len(), 20);
            prop_assert!(drawing.nodes.iter().all(|one| one.x < drawing.width && one.y < drawing.height));
        }
    }
}
