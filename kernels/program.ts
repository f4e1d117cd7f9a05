/**
 * In:     a program: instructions of 64 bytes each, which src/engine/graph/kernels/program.ts writes
 * Out:    what they compute, in the same memory
 * Thread: [worker], or whoever runs the engine
 *
 * AssemblyScript. The memory is that of TensorFlow.js' backend: this module has none of its own, keeps nothing in it,
 * and allocates nothing.
 */
import { add, blend, relu, sigmoid, tanh } from './elementwise';
import { features, masked, overlapped, pairs, spectrum, weigh } from './hop';
import { product } from './product';
import { pass } from './transform';

const INSTRUCTION_BYTES: usize = 64;

/** Runs `count` instructions from `at` on, in order. */
export function run(at: usize, count: i32): void {
  for (let i = 0; i < count; i++) {
    switch (load<i32>(at)) {
      case 0:
        product(at);
        break;
      case 1:
        relu(load<usize>(at, 4), load<usize>(at, 8), load<usize>(at, 12));
        break;
      case 2:
        sigmoid(load<usize>(at, 4), load<usize>(at, 8), load<usize>(at, 12));
        break;
      case 3:
        tanh(load<usize>(at, 4), load<usize>(at, 8), load<usize>(at, 12));
        break;
      case 4:
        add(load<usize>(at, 4), load<usize>(at, 8), load<usize>(at, 12), load<usize>(at, 16));
        break;
      case 5:
        blend(at);
        break;
      case 6:
        pass(at);
        break;
      case 7:
        weigh(at);
        break;
      case 8:
        spectrum(at);
        break;
      case 9:
        features(at);
        break;
      case 10:
        masked(at);
        break;
      case 11:
        pairs(at);
        break;
      case 12:
        overlapped(at);
        break;
    }
    at += INSTRUCTION_BYTES;
  }
}
