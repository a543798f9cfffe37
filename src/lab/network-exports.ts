// The kernel's NETWORK exports (src/kernel/index.ts) as TypeScript sees them. Numbers below zero are -errno.
export interface NetworkExports {
  allocate(size: number): number;
  release(at: number): void;
  bpf(command: number, attributes: number, size: number): bigint;
  close(fd: number): bigint;
  clock(): bigint;
  faultKind(): number;
  netNamespace(name: number, size: number): number;
  netInterface(
    namespace: number,
    kind: number,
    name: number,
    size: number,
    mac: number,
    mtu: number,
    queues: number,
    ring: number,
  ): number;
  netPair(a: number, b: number): number;
  netVlan(ifindex: number, lower: number, protocol: number, id: number): number;
  netSetInterface(ifindex: number, up: number): number;
  netAddress(ifindex: number, family: number, address: number, bits: number): number;
  netRoute(
    namespace: number,
    family: number,
    address: number,
    bits: number,
    kind: number,
    ifindex: number,
    gateway: number,
    metric: number,
  ): number;
  netNeighbour(ifindex: number, family: number, address: number, mac: number): number;
  netProfile(fd: number, nanoseconds: bigint): number;
  netProfileSamples(): bigint;
  netWireHost(ifindex: number, family: number, address: number, mac: number): number;
  netOption(namespace: number, option: number, value: number): number;
  netRule(namespace: number, rule: number): number;
  netRemoveRule(namespace: number, rule: number): number;
  netRuleHits(namespace: number, rule: number): bigint;
  netCgroup(parent: number, name: number, size: number): number;
  netServer(
    namespace: number,
    family: number,
    type: number,
    address: number,
    port: number,
    application: number,
    cgroup: number,
  ): number;
  netClient(
    namespace: number,
    family: number,
    type: number,
    address: number,
    port: number,
    rounds: number,
    start: bigint,
    interval: bigint,
    payload: number,
    cgroup: number,
  ): number;
  netSocketCounters(socket: number): number;
  netDeviceCounters(ifindex: number): number;
  netCapture(ifindex: number, on: number): number;
  netCaptureStage(stage: number, verdicts: number): number;
  netCaptured(): number;
  netCapturedBytes(): number;
  netCaptureLost(): number;
  netClearCapture(): void;
  netArrive(ifindex: number, time: bigint, frame: number, size: number): number;
  netArriveAll(
    ifindex: number,
    time: bigint,
    gap: bigint,
    unit: number,
    from: number,
    size: number,
    swapped: number,
  ): number;
  netRun(limit: bigint): number;
  netPass(limit: bigint): number;
  netTime(): bigint;
  netHalted(): number;
  netTrace(last: number, limit: number): void;
  netRecords(): number;
  netRecordBytes(): number;
  netRecordsLost(): number;
  netClearRecords(): void;
  netCounts(): number;
  netStages(): number;
  netDrops(): number;
  netPrice(kind: number, picoseconds: bigint): void;
  netPackets(): number;
  netBuffers(): number;
  netFailures(): number;
  netCgroupDescriptor(cgroup: number): number;
  netXdp(ifindex: number, fd: number, expected: number, flags: number): number;
  netClsact(ifindex: number, add: number): number;
  netFilter(
    ifindex: number,
    egress: number,
    priority: number,
    handle: number,
    fd: number,
    directAction: number,
  ): number;
  netRemoveFilter(ifindex: number, egress: number, priority: number, handle: number): number;
  netSocketFilter(socket: number, fd: number): number;
  netUnpin(path: number, size: number): number;
}
