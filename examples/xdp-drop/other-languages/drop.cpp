// SPDX-License-Identifier: GPL-2.0-only OR MIT
// The loader of ../drop.c in C++: the same libbpf, with objects whose destructors detach and close.
//   usage: drop-cpp INTERFACE [SECONDS]      stops after SECONDS, or at Ctrl+C
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <thread>
#include <net/if.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>

namespace {

volatile std::sig_atomic_t stopped;

struct Close {
	void operator()(bpf_object *object) const { bpf_object__close(object); }
	void operator()(bpf_link *link) const { bpf_link__destroy(link); }
};
using Object = std::unique_ptr<bpf_object, Close>;
using Link = std::unique_ptr<bpf_link, Close>;

std::uint64_t counter(const bpf_map *map, std::uint32_t slot)
{
	std::uint64_t value = 0;

	bpf_map__lookup_elem(map, &slot, sizeof slot, &value, sizeof value, 0);
	return value;
}

} // namespace

int main(int argc, char **argv)
{
	if (argc < 2) {
		std::cerr << "usage: " << argv[0] << " INTERFACE [SECONDS]\n";
		return 2;
	}
	const unsigned interface = if_nametoindex(argv[1]);
	if (!interface) {
		std::cerr << argv[1] << ": no interface by this name\n";
		return 2;
	}
	const int seconds = argc > 2 ? std::atoi(argv[2]) : 0;

	Object object{bpf_object__open_file("drop.bpf.o", nullptr)};
	if (!object || bpf_object__load(object.get())) {
		std::cerr << "the program was not loaded: libbpf's lines above say why (root is needed)\n";
		return 1;
	}
	Link link{bpf_program__attach_xdp(bpf_object__find_program_by_name(object.get(), "xdp_drop"),
					  static_cast<int>(interface))};
	if (!link) {
		std::cerr << argv[1] << ": XDP could not be attached\n";
		return 1;
	}
	const bpf_map *counters = bpf_object__find_map_by_name(object.get(), "counters");

	const auto stop = [](int) { stopped = 1; };
	std::signal(SIGINT, stop);
	std::signal(SIGTERM, stop);
	for (int elapsed = 0; !stopped && (!seconds || elapsed < seconds); elapsed++) {
		std::this_thread::sleep_for(std::chrono::seconds(1));
		std::cout << "dropped=" << counter(counters, 0) << " passed=" << counter(counters, 1) << std::endl;
	}
}
