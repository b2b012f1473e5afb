//! In the place of `linked` where that feature is off: nothing was built, and there is nothing to judge.

/// What a build left: there is none.
#[derive(Debug)]
pub(crate) enum Parts {}

/// What objects tell of declared imports.
pub(crate) mod exposure {
    use super::Parts;
    use crate::error::Problem;
    use crate::facts::Facts;
    use crate::finding::Finding;
    use crate::graph::Graph;
    use crate::import::Import;

    pub(crate) fn complete(_: &mut Vec<Import>, _: &mut Vec<Problem>, _: &Graph, built: &Parts) {
        match *built {}
    }

    pub(crate) fn findings(
        built: &Parts,
        _: &Facts<'_>,
        _: &Graph,
        _: &str,
        _: &[Finding],
    ) -> Vec<Finding> {
        match *built {}
    }
}
