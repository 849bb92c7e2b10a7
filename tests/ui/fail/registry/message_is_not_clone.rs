use registry_runtime::prelude::*;

pub struct Event;

registry! { Topics, keys = duplicate, key = String, message = Event }

fn main() {
    Topics::publish("events", Event);
}
