//! A table that holds so much and no more: the oldest goes first.

use std::collections::VecDeque;

/// A place in a table. Once what stood there is gone, the key leads nowhere.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Key {
    at: u32,
    generation: u32,
}

/// Things by key, in the order in which they came.
#[derive(Debug)]
pub(super) struct Table<T> {
    slots: Vec<Slot<T>>,
    free: Vec<u32>,
    /// Keys from the oldest on; those of things that are gone among them.
    order: VecDeque<Key>,
    capacity: usize,
    length: usize,
}

#[derive(Debug)]
struct Slot<T> {
    generation: u32,
    value: Option<T>,
}

impl<T> Table<T> {
    pub(super) const fn new(capacity: usize) -> Self {
        Self { slots: Vec::new(), free: Vec::new(), order: VecDeque::new(), capacity, length: 0 }
    }

    /// Whether something has to go before something else comes.
    pub(super) const fn full(&self) -> bool {
        self.length >= self.capacity
    }

    pub(super) fn insert(&mut self, value: T) -> Key {
        let at = self.free.pop().unwrap_or_else(|| {
            self.slots.push(Slot { generation: 0, value: None });
            u32::try_from(self.slots.len() - 1).unwrap_or(u32::MAX)
        });
        let mut key = Key { at, generation: 0 };
        if let Some(slot) = self.slots.get_mut(at as usize) {
            slot.value = Some(value);
            key.generation = slot.generation;
        }
        self.length += 1;
        // Keys that lead nowhere are swept out before there are many.
        if self.order.len() > self.capacity.saturating_mul(2) {
            let slots = &self.slots;
            self.order.retain(|key| Self::slot(slots, *key).is_some());
        }
        self.order.push_back(key);
        key
    }

    fn slot(slots: &[Slot<T>], key: Key) -> Option<&Slot<T>> {
        let slot = slots.get(key.at as usize)?;
        (slot.generation == key.generation && slot.value.is_some()).then_some(slot)
    }

    pub(super) fn get(&self, key: Key) -> Option<&T> {
        Self::slot(&self.slots, key)?.value.as_ref()
    }

    pub(super) fn get_mut(&mut self, key: Key) -> Option<&mut T> {
        let slot = self.slots.get_mut(key.at as usize)?;
        if slot.generation == key.generation { slot.value.as_mut() } else { None }
    }

    pub(super) fn remove(&mut self, key: Key) -> Option<T> {
        let slot = self.slots.get_mut(key.at as usize)?;
        if slot.generation != key.generation {
            return None;
        }
        let value = slot.value.take()?;
        slot.generation = slot.generation.wrapping_add(1);
        self.free.push(key.at);
        self.length -= 1;
        Some(value)
    }

    /// The key of everything.
    pub(super) fn keys(&self) -> impl Iterator<Item = Key> {
        let slots = (0_u32..).zip(&self.slots).filter(|(_, slot)| slot.value.is_some());
        slots.map(|(at, slot)| Key { at, generation: slot.generation })
    }

    /// The oldest thing.
    pub(super) fn oldest(&mut self) -> Option<Key> {
        while let Some(key) = self.order.front().copied() {
            if Self::slot(&self.slots, key).is_some() {
                return Some(key);
            }
            self.order.pop_front();
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_goes_first_and_keys_do_not_come_again() {
        let mut table = Table::new(2);
        let one = table.insert(1);
        let two = table.insert(2);
        assert!(table.full());
        assert_eq!(table.remove(one), Some(1));
        let three = table.insert(3);
        assert_eq!((table.get(one), table.get(two), table.get(three)), (None, Some(&2), Some(&3)));
        assert_eq!((table.remove(one), table.oldest()), (None, Some(two)));
        for number in 0..1000 {
            let key = table.oldest().unwrap();
            table.remove(key);
            table.insert(number);
        }
        assert!(table.order.len() <= 6 && table.slots.len() <= 3);
    }
}
