export interface MarkedProcess {
  readonly pid: number;
  readonly command: string;
}
export declare const processesMarked: (name: string, value: string) => readonly MarkedProcess[];
