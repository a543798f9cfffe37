// Which function does which helper. All have the same shape: r1 to r5 in, r0 out, so that the interpreter and compiled code call
// them through the exported function table without knowing them. The numbers are those of src/bpf/helper-rows.ts.
import { HELPER_COUNT, HELPER_SIMULATED, helperFlags } from '../generated/helpers';
import { HELPER_TABLE } from '../memory/layout';
import { checkMtu, redirect, tailCallByNumber } from './by-type';
import { forEach, loop } from './callbacks';
import {
  dynptrData,
  dynptrFromMemory,
  dynptrRead,
  dynptrWrite,
  ringDiscardDynptr,
  ringReserveDynptr,
  ringSubmitDynptr,
} from './dynptrs';
import {
  getAtomicTime,
  getCgroup,
  getCoarseTime,
  getCpu,
  getJiffies,
  getName,
  getNode,
  getPid,
  getTask,
  getTime,
  getUid,
  random,
  sendSignal,
} from './machine';
import { CALL_LIMIT, kernelFunctionMismatch, resetKernelFunctions } from './kernel-functions';
import { mapDelete, mapLookup, mapLookupOn, mapPeek, mapPop, mapPush, mapUpdate, spinLock, spinUnlock } from './maps';
import { print, traceVprintk } from './print';
import {
  compareText,
  probeRead,
  probeReadKernel,
  probeReadKernelText,
  probeReadText,
  probeReadUser,
  probeReadUserText,
  textToSigned,
  textToUnsigned,
} from './probe';
import { redirectMap, redirectNeighbour, redirectPeer } from './redirect';
import { perfOutput, ringDiscard, ringOutput, ringQuery, ringReserve, ringSubmit } from './ring';
import {
  changeHead,
  changeTail,
  changeType,
  cloneRedirect,
  getHash,
  loadBytes,
  loadBytesRelative,
  markCongestion,
  pullData,
  replaceNetworkSum,
  replaceTransportSum,
  setHash,
  setHashInvalid,
  storeBytes,
  sumDifference,
  sumLevel,
  updateSum,
} from './skb';
import { timerCancel, timerInit, timerSetCallback, timerStart } from './timers';
import {
  ancestorCgroup,
  branchSnapshot,
  changeProtocol,
  fullSocket,
  namespacePid,
  networkCookie,
  noClass,
  setTime,
  socketCookie,
  socketUser,
} from './sockets';
import { getStack, getStackId } from './stack';
import { listener, lookupTcp, lookupUdp, releaseSocket } from './socket-lookup';
import { cgroupStorage, storageDelete, storageGet } from './storage';
import { tracePrintk } from './trace';
import { vlanPop, vlanPush } from './vlan';
import {
  adjustHead,
  adjustMeta,
  adjustTail,
  bufferLength,
  loadBytes as loadXdpBytes,
  storeBytes as storeXdpBytes,
} from './xdp';

export type HelperFunction = (r1: u64, r2: u64, r3: u64, r4: u64, r5: u64) => u64;

function set(id: i32, implementation: HelperFunction): void {
  store<u32>(HELPER_TABLE + ((<usize>id) << 2), implementation.index);
}

export function resetHelpers(): void {
  memory.fill(HELPER_TABLE, 0, (<usize>HELPER_COUNT) << 2);
  set(1, mapLookup);
  set(2, mapUpdate);
  set(3, mapDelete);
  set(4, probeRead);
  set(5, getTime);
  set(6, tracePrintk);
  set(7, random);
  set(8, getCpu);
  set(9, storeBytes);
  set(10, replaceNetworkSum);
  set(11, replaceTransportSum);
  set(12, tailCallByNumber);
  set(13, cloneRedirect);
  set(14, getPid);
  set(15, getUid);
  set(16, getName);
  set(17, noClass);
  set(18, vlanPush);
  set(19, vlanPop);
  set(23, redirect);
  set(24, noClass);
  set(25, perfOutput);
  set(26, loadBytes);
  set(27, getStackId);
  set(28, sumDifference);
  set(31, changeProtocol);
  set(32, changeType);
  set(34, getHash);
  set(35, getTask);
  set(38, changeTail);
  set(39, pullData);
  set(40, updateSum);
  set(41, setHashInvalid);
  set(42, getNode);
  set(43, changeHead);
  set(44, adjustHead);
  set(45, probeReadText);
  set(46, socketCookie);
  set(47, socketUser);
  set(48, setHash);
  set(51, redirectMap);
  set(54, adjustMeta);
  set(65, adjustTail);
  set(67, getStack);
  set(68, loadBytesRelative);
  set(80, getCgroup);
  set(81, cgroupStorage);
  set(84, lookupTcp);
  set(85, lookupUdp);
  set(86, releaseSocket);
  set(87, mapPush);
  set(88, mapPop);
  set(89, mapPeek);
  set(93, spinLock);
  set(94, spinUnlock);
  set(95, fullSocket);
  set(97, markCongestion);
  set(98, listener);
  set(99, lookupTcp);
  set(105, textToSigned);
  set(106, textToUnsigned);
  set(107, storageGet);
  set(108, storageDelete);
  set(109, sendSignal);
  set(112, probeReadUser);
  set(113, probeReadKernel);
  set(114, probeReadUserText);
  set(115, probeReadKernelText);
  set(117, sendSignal);
  set(118, getJiffies);
  set(120, namespacePid);
  set(122, networkCookie);
  set(123, ancestorCgroup);
  set(125, getTime);
  set(130, ringOutput);
  set(131, ringReserve);
  set(132, ringSubmit);
  set(133, ringDiscard);
  set(134, ringQuery);
  set(135, sumLevel);
  set(148, probeReadUser);
  set(151, noClass);
  set(152, redirectNeighbour);
  set(155, redirectPeer);
  set(156, storageGet);
  set(157, storageDelete);
  set(158, getTask);
  set(160, getCoarseTime);
  set(163, checkMtu);
  set(164, forEach);
  set(165, print);
  set(169, timerInit);
  set(170, timerSetCallback);
  set(171, timerStart);
  set(172, timerCancel);
  set(176, branchSnapshot);
  set(177, traceVprintk);
  set(181, loop);
  set(182, compareText);
  set(188, bufferLength);
  set(189, loadXdpBytes);
  set(190, storeXdpBytes);
  set(192, setTime);
  set(195, mapLookupOn);
  set(197, dynptrFromMemory);
  set(198, ringReserveDynptr);
  set(199, ringSubmitDynptr);
  set(200, ringDiscardDynptr);
  set(201, dynptrRead);
  set(202, dynptrWrite);
  set(203, dynptrData);
  set(208, getAtomicTime);
  resetKernelFunctions();
}

/** Index of helper `id` (or of a kernel function behind them) in the exported function table; 0: not simulated. */
export function helperIndex(id: i32): u32 {
  return id > 0 && id < CALL_LIMIT ? load<u32>(HELPER_TABLE + ((<usize>id) << 2)) : 0;
}

/** First helper that the table says is simulated and that has no code here, or the other way round; 0: they agree. */
export function helperMismatch(): i32 {
  for (let id = 1; id < HELPER_COUNT; id++) {
    const promised = (helperFlags(id) & HELPER_SIMULATED) != 0;
    if (promised != (helperIndex(id) != 0)) return id;
  }
  return kernelFunctionMismatch();
}
