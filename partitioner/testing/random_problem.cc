#include "partitioner/testing/random_problem.h"

#include <algorithm>
#include <cmath>
#include <random>

namespace onnxifi::partitioner::testing {
namespace {

class Random {
 public:
  explicit Random(uint64_t seed) : engine_(seed) {}

  // [0, 1)
  double Real() { return static_cast<double>(engine_() >> 11) * 0x1p-53; }
  bool Chance(double p) { return Real() < p; }
  // [low, high]
  int32_t Integer(int32_t low, int32_t high) {
    return low + static_cast<int32_t>(Real() * (high - low + 1));
  }
  // About normal: twelve uniform numbers.
  double Normal() {
    double sum = -6;
    for (int i = 0; i < 12; ++i) sum += Real();
    return sum;
  }
  Ns Nanoseconds(double mean_log_us, double deviation) {
    return static_cast<Ns>(std::exp(mean_log_us + deviation * Normal()) * 1e3);
  }

 private:
  std::mt19937_64 engine_;
};

void AddRead(Op* op, int32_t tensor) {
  if (std::find(op->reads.begin(), op->reads.end(), tensor) ==
      op->reads.end()) {
    op->reads.push_back(tensor);
  }
}

Problem Empty(int32_t ops, int devices) {
  Problem p;
  p.devices = devices;
  const auto d = static_cast<size_t>(devices);
  p.ops.resize(static_cast<size_t>(ops));
  p.pins.assign(p.ops.size(), -1);
  p.exec.assign(p.ops.size() * d, 0);
  p.launch.assign(d, 0);
  p.copy.resize(d * d);
  p.memory_limit.assign(d, -1);
  return p;
}

// What op v reads: mostly its predecessor, sometimes an earlier op, graph
// inputs now and then.
void ChooseReads(Problem* p, int32_t v, Random* random) {
  Op& op = p->ops[static_cast<size_t>(v)];
  const auto output_of = [&](int32_t back) {
    const Op& from = p->ops[static_cast<size_t>(std::max(0, v - back))];
    return from.writes[0];
  };
  if (v > 0) {
    AddRead(&op, output_of(random->Chance(0.75) ? 1 : random->Integer(1, 6)));
    if (random->Chance(0.3)) AddRead(&op, output_of(random->Integer(1, 8)));
  }
  if (v == 0 || random->Chance(0.04)) {
    op.reads.push_back(static_cast<int32_t>(p->tensors.size()));
    p->tensors.push_back({50'000, false});
  }
}

void ChooseCosts(Problem* p, int32_t v, const RandomOptions& options,
                 Random* random) {
  const bool heavy = random->Chance(0.35);
  const Ns host = random->Nanoseconds(heavy ? 5.2 : 1.6, 0.9);
  const bool host_only = random->Chance(options.host_only_extra);
  for (int d = 0; d < p->devices; ++d) {
    const size_t at = static_cast<size_t>(v) * static_cast<size_t>(p->devices) +
                      static_cast<size_t>(d);
    if (d == kHost) {
      p->exec[at] = host;
    } else if (host_only || random->Chance(options.unsupported)) {
      p->exec[at] = kCannot;
    } else {
      const double faster = heavy ? 6 + 14 * random->Real() : 4;
      p->exec[at] = 3'000 + static_cast<Ns>(static_cast<double>(host) / faster);
    }
  }
}

}  // namespace

Problem RandomProblem(const RandomOptions& options, uint64_t seed) {
  Random random(seed);
  Problem p = Empty(options.ops, options.devices);
  for (int from = 0; from < p.devices; ++from) {
    for (int to = 0; to < p.devices; ++to) {
      if (from == to) continue;
      CopyCost& cost = p.copy[static_cast<size_t>(from * p.devices + to)];
      cost.latency = 10'000 + 2'000 * ((from + 2 * to) % 3);
      cost.picoseconds = 83 + 20 * ((from + to) % 2);
    }
  }
  for (int d = 1; d < p.devices; ++d) {
    p.launch[static_cast<size_t>(d)] = options.launch * (d + 1) / 2;
  }
  for (int32_t v = 0; v < options.ops; ++v) {
    ChooseReads(&p, v, &random);
    ChooseCosts(&p, v, options, &random);
    Op& op = p.ops[static_cast<size_t>(v)];
    const bool small = random.Chance(0.1);
    const auto bytes =
        static_cast<int64_t>(std::exp(11.5 + 1.6 * random.Normal()));
    if (options.host_reads && v > 0 && random.Chance(0.05)) {
      op.host_reads.push_back(
          p.ops[static_cast<size_t>(random.Integer(0, v - 1))].writes[0]);
    }
    op.replicable = options.replicable && small;
    op.writes.push_back(static_cast<int32_t>(p.tensors.size()));
    p.tensors.push_back({small ? 64 : bytes, false});
  }
  std::vector<bool> read(p.tensors.size(), false);
  for (const Op& op : p.ops) {
    for (const int32_t t : op.reads) read[static_cast<size_t>(t)] = true;
    for (const int32_t t : op.host_reads) read[static_cast<size_t>(t)] = true;
  }
  for (const Op& op : p.ops) {
    const auto t = static_cast<size_t>(op.writes[0]);
    p.tensors[t].is_output = !read[t];
  }
  return p;
}

Problem RandomDag(int32_t ops, int devices, uint64_t seed) {
  Random random(seed);
  Problem p = Empty(ops, devices);
  for (int32_t v = 0; v < ops; ++v) {
    Op& op = p.ops[static_cast<size_t>(v)];
    const int32_t reads = random.Integer(0, 3);
    for (int32_t i = 0; i < reads && !p.tensors.empty(); ++i) {
      const auto last = static_cast<int32_t>(p.tensors.size()) - 1;
      const int32_t t = random.Integer(0, last);
      if (random.Chance(0.1) && op.host_reads.empty()) {
        op.host_reads.push_back(t);
      } else {
        AddRead(&op, t);
      }
    }
    const int32_t writes = random.Integer(0, 2);
    for (int32_t i = 0; i < writes; ++i) {
      op.writes.push_back(static_cast<int32_t>(p.tensors.size()));
      p.tensors.push_back({random.Integer(0, 1 << 20), random.Chance(0.1)});
    }
    op.replicable = random.Chance(0.5);
    for (int d = 0; d < devices; ++d) {
      p.exec[static_cast<size_t>(v * devices + d)] = random.Integer(0, 100'000);
    }
  }
  for (int d = 1; d < devices; ++d) {
    p.launch[static_cast<size_t>(d)] = random.Integer(0, 50'000);
  }
  for (CopyCost& cost : p.copy) {
    cost = {random.Integer(0, 20'000), random.Integer(0, 500)};
  }
  return p;
}

}  // namespace onnxifi::partitioner::testing
