//! Templates of CloudFormation in JSON, as the CDK writes them too.

mod resources;
mod values;

pub(super) use resources::read;
