use super::Device;
use super::connection::Own;
use super::question::{self, Class, Expected};
use crate::eval::End;
use crate::space::Family;

/// A device with the addresses that are its own.
pub(super) struct Site<'a> {
    pub device: Device<'a>,
    pub own: Own,
}

impl<'a> Site<'a> {
    pub(super) fn of(device: &Device<'a>) -> Self {
        Self { device: *device, own: Own::of(device.firewall) }
    }

    /// The packets of a connection.
    pub(super) fn classes(
        &self,
        family: Family,
        opener: End,
        expected: Option<Expected>,
    ) -> Vec<Class> {
        let Device { firewall, placement, interfaces } = self.device;
        question::connection(firewall, family, placement, opener, expected, interfaces)
    }
}
