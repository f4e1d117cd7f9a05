/**
 * In:     the kernels that one run of the graph calls (kernel-recorder.ts)
 * Out:    the same calls (kernel-table.ts), or what our kernels do in their place (kernels/plan-steps.ts), over memory
 *         that is allocated once (plan-memory.ts), to plan-executor.ts
 * Thread: [worker], or whoever runs the engine
 *
 * GraphModel.execute spends more than half of a small graph's time on bookkeeping: looking up nodes, making and freeing
 * tensors, checking shapes that never change. A plan is what remains when all that is done once. make-executor.ts
 * checks that its results are the reference's before it uses one, and stays with GraphModel where anything is missing:
 * what plans use of the backend is not public API.
 */
import type { RecordedRun } from './kernel-recorder.ts';
import type { BoundCall } from './kernel-table.ts';
import type { Kernels } from './kernels/load-kernels.ts';
import { planSteps } from './kernels/plan-steps.ts';
import { encoded, type Instruction } from './kernels/program.ts';
import { type Place, PlanMemory } from './plan-memory.ts';
import { type PlanStep, recordedStep } from './plan-step.ts';
import { type WasmBackend, wasmBackend } from './wasm-backend.ts';

export class KernelPlan {
  readonly #memory: PlanMemory;
  readonly #calls: BoundCall[] = [];
  readonly #inputs: readonly Place[];
  /** With views of the pieces that are read, by where they begin; each is made once. */
  readonly #outputs: readonly { readonly place: Place; readonly views: Map<number, Float32Array> }[];
  readonly #backend: WasmBackend;
  readonly #kernels: Kernels | undefined;

  /**
   * @param recorded with inputs and outputs in the order in which {@link setInput} and {@link getOutput} count them
   * @param kernels of our own, for what they can do; without them the backend's do everything
   * Throws an Error where the graph uses a kernel that plans do not know, or the backend is not the one expected.
   */
  constructor({ calls, inputs, outputs }: RecordedRun, kernels?: Kernels) {
    this.#backend = wasmBackend();
    this.#kernels = kernels;
    const memory = new PlanMemory(this.#backend);
    this.#memory = memory;
    try {
      const steps = kernels === undefined ? calls.map(recordedStep) : planSteps(calls, inputs, outputs);
      for (const tensor of outputs) memory.expectRead(tensor);
      for (const { reads } of steps) for (const tensor of reads) memory.expectRead(tensor);
      this.#inputs = inputs.map((tensor) => memory.allocate(tensor, false));
      this.#bind(steps);
      this.#outputs = outputs.map((tensor) => ({ place: memory.place(tensor), views: new Map() }));
      memory.endPlanning();
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  /** Bytes on the wasm heap that belong to this plan. */
  get bytes(): number {
    return this.#memory.bytes;
  }

  /** Writes `values` into the graph's `index`-th input, `start` floats from its beginning. Does not allocate. */
  setInput(index: number, start: number, values: Float32Array): void {
    this.#memory.floats().set(values, this.#inputs[index].float + start);
  }

  /**
   * Fills `into` from the graph's `index`-th output, `start` floats from its beginning. Does not allocate once a piece
   * has been asked for.
   */
  getOutput(index: number, start: number, into: Float32Array): void {
    const { place, views } = this.#outputs[index];
    const { buffer } = this.#memory.floats();
    let view = views.get(start);
    if (view === undefined || view.length !== into.length || view.buffer !== buffer) {
      view = new Float32Array(buffer, 4 * (place.float + start), into.length);
      views.set(start, view);
    }
    // As a whole: a loop takes as long as a layer of a small graph.
    into.set(view);
  }

  /** Calls every kernel in order. */
  run(): void {
    const calls = this.#calls;
    for (let i = 0; i < calls.length; i++) calls[i]();
  }

  /** Instructions for our kernels that follow each other become one program. */
  #bind(steps: readonly PlanStep[]): void {
    const memory = this.#memory;
    let program: Instruction[] = [];
    const endProgram = (): void => {
      if (program.length > 0) this.#calls.push(this.#programOf(program));
      program = [];
    };
    for (const step of steps) {
      const bound = step.bind(memory, this.#backend);
      if (typeof bound === 'function') {
        endProgram();
        this.#calls.push(bound);
      } else if (bound !== undefined) program.push(...bound);
      for (const tensor of step.reads) memory.noteRead(tensor);
    }
    endProgram();
  }

  #programOf(instructions: readonly Instruction[]): BoundCall {
    const kernels = this.#kernels as Kernels;
    const at = this.#memory.numbers(encoded(instructions));
    return () => kernels.run(at, instructions.length);
  }

  /** Frees everything that the plan allocated. */
  dispose(): void {
    this.#memory.dispose();
    this.#calls.length = 0;
  }
}
