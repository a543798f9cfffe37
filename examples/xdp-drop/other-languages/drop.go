// SPDX-License-Identifier: GPL-2.0-only OR MIT

// The loader of ../drop.c in Go, on github.com/cilium/ebpf, which needs neither libbpf nor a C compiler.
//
//	usage: drop-go INTERFACE [SECONDS]      stops after SECONDS, or at Ctrl+C
package main

import (
	"fmt"
	"log"
	"net"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/link"
)

// What of drop.bpf.o we want to hold in our hands; the names are the C ones.
type objects struct {
	Drop     *ebpf.Program `ebpf:"xdp_drop"`
	Counters *ebpf.Map     `ebpf:"counters"`
}

func main() {
	log.SetFlags(0)
	if len(os.Args) < 2 {
		log.Print("usage: ", os.Args[0], " INTERFACE [SECONDS]")
		os.Exit(2)
	}
	device, err := net.InterfaceByName(os.Args[1])
	if err != nil {
		log.Print(os.Args[1], ": ", err)
		os.Exit(2)
	}
	seconds := 0
	if len(os.Args) > 2 {
		seconds, _ = strconv.Atoi(os.Args[2])
	}

	spec, err := ebpf.LoadCollectionSpec("drop.bpf.o")
	if err != nil {
		log.Fatal("drop.bpf.o: ", err)
	}
	var loaded objects
	if err := spec.LoadAndAssign(&loaded, nil); err != nil {
		log.Fatal("the program was not loaded (root is needed): ", err) // a refusal carries the verifier's log
	}
	defer loaded.Drop.Close()
	defer loaded.Counters.Close()

	attached, err := link.AttachXDP(link.XDPOptions{Program: loaded.Drop, Interface: device.Index})
	if err != nil {
		log.Fatal(os.Args[1], ": XDP could not be attached: ", err)
	}
	defer attached.Close()

	stop := make(chan os.Signal, 1)
	signal.Notify(stop, os.Interrupt, syscall.SIGTERM)
	second := time.NewTicker(time.Second)
	for elapsed := 0; seconds == 0 || elapsed < seconds; elapsed++ {
		select {
		case <-stop:
			return
		case <-second.C:
		}
		var dropped, passed uint64
		if err := loaded.Counters.Lookup(uint32(0), &dropped); err != nil {
			log.Fatal("counters: ", err)
		}
		if err := loaded.Counters.Lookup(uint32(1), &passed); err != nil {
			log.Fatal("counters: ", err)
		}
		fmt.Printf("dropped=%d passed=%d\n", dropped, passed)
	}
}
