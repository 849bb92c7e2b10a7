//! The promises of the design, each of which has a file of tests that fail without it.
//!
//! Each file says what was broken to see its tests fail.

mod promises {
    mod p01_name_first;
    mod p02_order_of_death;
    mod p03_no_ghosts;
    mod p04_calls_end;
    mod p04_lost_replies;
    mod p04_no_false_deadlock;
    mod p04_time_outs;
    mod p05_kill_works;
    mod p05_kills_in_a_burst;
    mod p06_order_of_messages;
    mod p07_reentry;
    mod p08_time;
    mod p09_nodes;
    mod p10_one_error;
    mod p10_timers;
    mod p10_turns;
}
