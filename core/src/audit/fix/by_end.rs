use crate::eval::End;

/// One thing for the client, one for the server.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::audit) struct ByEnd<T> {
    client: T,
    server: T,
}

impl<T> ByEnd<T> {
    pub(super) fn of(make: impl Fn(End) -> T) -> Self {
        Self { client: make(End::Client), server: make(End::Server) }
    }

    pub(super) fn try_of<E>(make: impl Fn(End) -> Result<T, E>) -> Result<Self, E> {
        Ok(Self { client: make(End::Client)?, server: make(End::Server)? })
    }

    pub(super) const fn get(&self, end: End) -> &T {
        match end {
            End::Client => &self.client,
            End::Server => &self.server,
        }
    }

    pub(super) const fn get_mut(&mut self, end: End) -> &mut T {
        match end {
            End::Client => &mut self.client,
            End::Server => &mut self.server,
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (End, &T)> {
        [(End::Client, &self.client), (End::Server, &self.server)].into_iter()
    }
}
