//! How starts fail, how supervisors are ended, and what they make of it.

mod supervision {
    mod dropped_runtime;
    mod lists;
    mod own_end;
    mod restarts;
    mod signals;
    mod starts;
    mod status;
}
