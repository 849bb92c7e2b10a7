//! Who is where.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use registry_runtime::prelude::*;

use super::{Line, Rooms, Servers, Users};

/// Hears from the registries who comes and goes, and tells the rooms.
///
/// Nobody has to report to it: a connection that is lost, or crashes, leaves the registries by
/// itself, and this server is told.
#[gen_server(registry = Servers, key = "presence")]
#[derive(Debug)]
pub struct Presence {
    #[default]
    names: HashMap<Pid, String>,
    #[default]
    rooms: BTreeMap<String, BTreeMap<Pid, String>>,
}

#[gen_server]
impl Presence {
    fn init(&mut self, ctx: &mut Ctx<Self>) -> Result<(), ExitReason> {
        Users::listen(ctx)?;
        Rooms::listen(ctx)?;
        // Started again after a crash, it takes stock of those who are there already.
        let users = Users::select(|name, pid, ()| Some((pid, name.clone())));
        self.names.extend(users);
        for (room, pid) in Rooms::select(|room, pid, ()| Some((room.clone(), pid))) {
            let name = self.name(pid);
            self.rooms.entry(room).or_default().insert(pid, name);
        }
        Ok(())
    }

    /// The names of those in a room, or of everybody.
    #[call]
    pub fn who(&self, room: Option<String>) -> BTreeSet<String> {
        match room {
            Some(room) => {
                let members = self.rooms.get(&room).into_iter().flat_map(BTreeMap::values);
                members.cloned().collect()
            }
            None => self.names.values().cloned().collect(),
        }
    }

    /// Both registries have keys and values of the same types: their names tell them apart.
    #[info]
    fn on_change(&mut self, event: RegistryEvent<String>) {
        match event {
            RegistryEvent::Registered {
                registry, key, pid, ..
            } => match &*registry {
                "Users" => self.named(pid, key),
                _ => self.joined(key, pid),
            },
            RegistryEvent::Unregistered {
                registry, key, pid, ..
            } => match &*registry {
                "Users" => self.unnamed(pid, &key),
                _ => self.left(&key, pid),
            },
            _ => {}
        }
    }

    fn named(&mut self, pid: Pid, new: String) {
        for (room, members) in &mut self.rooms {
            if let Some(name) = members.get_mut(&pid)
                && *name != new
            {
                tell(room, &format!("{name} is now {new}"));
                name.clone_from(&new);
            }
        }
        self.names.insert(pid, new);
    }

    fn unnamed(&mut self, pid: Pid, old: &str) {
        // Whoever takes another name takes the new one before the old one is given up.
        if self.names.get(&pid).is_some_and(|name| name == old) {
            self.names.remove(&pid);
        }
    }

    fn joined(&mut self, room: String, pid: Pid) {
        let name = self.name(pid);
        let members = self.rooms.entry(room.clone()).or_default();
        if members.insert(pid, name.clone()).is_none() {
            tell(&room, &format!("{name} joined"));
        }
    }

    fn left(&mut self, room: &str, pid: Pid) {
        let Some(members) = self.rooms.get_mut(room) else {
            return;
        };
        if let Some(name) = members.remove(&pid) {
            tell(room, &format!("{name} left"));
        }
        if members.is_empty() {
            self.rooms.remove(room);
        }
    }

    fn name(&self, pid: Pid) -> String {
        self.names
            .get(&pid)
            .cloned()
            .unwrap_or_else(|| "somebody".to_owned())
    }
}

fn tell(room: &str, what: &str) {
    Rooms::publish(room, Line::from(format!("[{room}] * {what}")));
}
