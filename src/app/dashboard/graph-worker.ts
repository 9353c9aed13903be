import { layOut, type Topology } from './graph-layout.js';

onmessage = ({ data }: MessageEvent<Topology>) => postMessage(layOut(data));
