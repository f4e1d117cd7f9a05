// Work on independent items, shared out evenly; what each thread sums for itself is added up in a fixed order.
#pragma once
#include <cstdint>
#include <thread>
#include <vector>

// work(begin, end, thread) on [0, items) cut into `threads` runs.
template <class Work>
void share(int64_t items, int threads, Work work) {
  std::vector<std::thread> others;
  for (int i = 1; i < threads; ++i)
    others.emplace_back(work, items * i / threads, items * (i + 1) / threads, i);
  work(0, items / threads, 0);
  for (auto& other : others) other.join();
}

// One zeroed array for each thread, and their sum in the order of the threads.
struct Sums {
  int64_t size;
  std::vector<std::vector<float>> parts;
  Sums(int64_t size, int threads) : size(size), parts(threads, std::vector<float>(size, 0.f)) {}
  float* of(int thread) { return parts[thread].data(); }
  void into(float* out, int64_t begin, int64_t count) const {
    for (int64_t i = 0; i < count; ++i) {
      float sum = 0.f;
      for (const auto& part : parts) sum += part[begin + i];
      out[i] = sum;
    }
  }
};
