// SPDX-License-Identifier: GPL-2.0-only OR MIT
//! The loader of ../drop.c in Rust, on aya 0.13, which needs neither libbpf nor a C compiler.
//! Not tested here: the crates it needs (aya 0.13.1, anyhow 1) are not in Debian.
//!   usage: drop INTERFACE [SECONDS]
use std::{env, process, thread, time::Duration};

use anyhow::Context as _;
use aya::{
    maps::Array,
    programs::{Xdp, XdpFlags},
    Ebpf,
};

fn main() -> anyhow::Result<()> {
    let mut arguments = env::args().skip(1);
    let Some(interface) = arguments.next() else {
        eprintln!("usage: drop INTERFACE [SECONDS]");
        process::exit(2);
    };
    let seconds: u64 = arguments.next().and_then(|text| text.parse().ok()).unwrap_or(0);

    let mut object = Ebpf::load_file("drop.bpf.o").context("drop.bpf.o")?;
    let program: &mut Xdp = object.program_mut("xdp_drop").context("no program xdp_drop")?.try_into()?;
    program.load().context("the program was not loaded (root is needed)")?;
    program.attach(&interface, XdpFlags::default()).context("XDP could not be attached")?;

    let counters: Array<_, u64> = Array::try_from(object.map("counters").context("no map counters")?)?;
    let mut elapsed = 0;
    while seconds == 0 || elapsed < seconds {
        thread::sleep(Duration::from_secs(1));
        elapsed += 1;
        println!("dropped={} passed={}", counters.get(&0, 0)?, counters.get(&1, 0)?);
    }
    Ok(()) // `object` goes here, and the program goes with it
}
