#include "partitioner/cut.h"

#include <algorithm>
#include <bit>

#include "partitioner/max_flow.h"

namespace onnxifi::partitioner {
namespace {

constexpr int64_t kInfinite = FlowNetwork::kInfinite;

size_t Index(int32_t i) { return static_cast<size_t>(i); }

// The source stands for device a, the sink for device b.
class SwapNetwork {
 public:
  SwapNetwork(const Problem& problem, const Links& links,
              const Placement& placement, int32_t a, int32_t b,
              const CutOptions& options)
      : problem_(problem),
        links_(links),
        placement_(placement),
        a_(a),
        b_(b),
        options_(options),
        node_(problem.ops.size(), -1),
        cost_a_(problem.ops.size(), 0),
        cost_b_(problem.ops.size(), 0),
        network_(0) {
    source_ = network_.AddNode();
    sink_ = network_.AddNode();
    for (size_t v = 0; v < problem.ops.size(); ++v) {
      const int32_t home = placement.home[v];
      if (home == a || home == b) node_[v] = network_.AddNode();
    }
  }

  Ns Solve() {
    for (size_t v = 0; v < problem_.ops.size(); ++v) {
      AddExec(static_cast<int32_t>(v));
    }
    for (size_t t = 0; t < problem_.tensors.size(); ++t) {
      AddTensor(static_cast<int32_t>(t));
    }
    for (size_t v = 0; v < problem_.ops.size(); ++v) {
      if (node_[v] < 0) continue;
      // What both sides pay need not flow.
      const int64_t both = std::min(cost_a_[v], cost_b_[v]);
      fixed_ += both;
      network_.AddArc(source_, node_[v], cost_b_[v] - both);
      network_.AddArc(node_[v], sink_, cost_a_[v] - both);
    }
    return fixed_ + network_.Solve(source_, sink_);
  }

  int32_t Side(size_t v) const {
    return network_.OnSourceSide(node_[v]) ? a_ : b_;
  }
  bool Free(size_t v) const { return node_[v] >= 0; }

 private:
  Ns Copy(int32_t from, int32_t to, int64_t bytes) const {
    if (from == to) return 0;
    return problem_.CopyNs(from, to, bytes) +
           problem_.launch[Index(to)] / 4 * options_.launch_quarters;
  }

  int64_t ExecOn(int32_t op, int32_t device) const {
    if (!problem_.Runs(op, device)) return kInfinite;
    int64_t cost = problem_.ExecNs(op, device);
    if (options_.weight_price.empty()) return cost;
    const int64_t price = options_.weight_price[Index(device)];
    for (const int32_t w : problem_.ops[Index(op)].weights) {
      const int64_t bytes = problem_.weight_bytes[Index(w)];
      int64_t extra = 0;
      if (__builtin_mul_overflow(price, bytes, &extra)) return kInfinite;
      cost = std::min(kInfinite, cost + extra / 1000);
    }
    return cost;
  }

  void AddExec(int32_t op) {
    const size_t v = Index(op);
    if (node_[v] < 0) {
      fixed_ += problem_.ExecNs(op, placement_.home[v]);
      return;
    }
    Pay(op, a_, ExecOn(op, a_));
    Pay(op, b_, ExecOn(op, b_));
  }

  // A cost of an op being on one of the two devices.
  void Pay(int32_t op, int32_t device, int64_t cost) {
    int64_t& sum = device == a_ ? cost_a_[Index(op)] : cost_b_[Index(op)];
    sum = std::min(kInfinite, sum + cost);
  }

  // Readers of one tensor.
  struct Readers {
    std::vector<int32_t> free;  // nodes
    uint32_t fixed = 0;         // devices, whatever the cut
  };

  Readers Sort(int32_t tensor) {
    const size_t t = Index(tensor);
    Readers readers;
    for (const int32_t v : links_.readers[t]) {
      if (node_[Index(v)] >= 0) {
        readers.free.push_back(node_[Index(v)]);
      } else {
        readers.fixed |= uint32_t{1} << placement_.home[Index(v)];
      }
    }
    if (problem_.tensors[t].is_output || !links_.host_readers[t].empty()) {
      readers.fixed |= uint32_t{1} << kHost;
    }
    return readers;
  }

  void AddTensor(int32_t tensor) {
    const int64_t bytes = problem_.tensors[Index(tensor)].bytes;
    const Readers readers = Sort(tensor);
    const int32_t producer = links_.producer[Index(tensor)];
    if (producer < 0 || node_[Index(producer)] < 0) {
      const int32_t from =
          producer < 0 ? kHost : placement_.home[Index(producer)];
      AddFromFixed(readers, from, bytes);
    } else {
      AddFromFree(readers, producer, bytes);
    }
  }

  // The producer stays where it is.
  void AddFromFixed(const Readers& readers, int32_t from, int64_t bytes) {
    for (uint32_t to = readers.fixed & ~(uint32_t{1} << from); to != 0;
         to &= to - 1) {
      fixed_ += Copy(from, std::countr_zero(to), bytes);
    }
    if (readers.free.empty()) return;
    const auto paid = [&](int32_t device) {
      return ((readers.fixed >> device) & 1) != 0;
    };
    if (!paid(a_)) PayFromB(readers, sink_, Copy(from, a_, bytes));
    if (!paid(b_)) PayFromA(readers, source_, Copy(from, b_, bytes));
  }

  // The producer is on a or b, too.
  void AddFromFree(const Readers& readers, int32_t producer, int64_t bytes) {
    for (const int32_t from : {a_, b_}) {
      const int32_t other = from == a_ ? b_ : a_;
      for (uint32_t to = readers.fixed & ~(uint32_t{1} << from); to != 0;
           to &= to - 1) {
        Pay(producer, from, Copy(from, std::countr_zero(to), bytes));
      }
      // A fixed reader on the other device has it brought there already.
      if (((readers.fixed >> other) & 1) != 0 || readers.free.empty()) continue;
      const Ns cost = Copy(from, other, bytes);
      if (from == a_) {
        PayFromA(readers, node_[Index(producer)], cost);
      } else {
        PayFromB(readers, node_[Index(producer)], cost);
      }
    }
  }

  // `cost` when `from` is on a and a reader on b.
  void PayFromA(const Readers& readers, int32_t from, Ns cost) {
    if (cost == 0) return;
    if (readers.free.size() == 1) {
      network_.AddArc(from, readers.free[0], cost);
      return;
    }
    const int32_t any = network_.AddNode();
    network_.AddArc(from, any, cost);
    for (const int32_t reader : readers.free) {
      network_.AddArc(any, reader, kInfinite);
    }
  }

  // `cost` when `from` is on b and a reader on a.
  void PayFromB(const Readers& readers, int32_t from, Ns cost) {
    if (cost == 0) return;
    if (readers.free.size() == 1) {
      network_.AddArc(readers.free[0], from, cost);
      return;
    }
    const int32_t any = network_.AddNode();
    for (const int32_t reader : readers.free) {
      network_.AddArc(reader, any, kInfinite);
    }
    network_.AddArc(any, from, cost);
  }

  const Problem& problem_;
  const Links& links_;
  const Placement& placement_;
  const int32_t a_;
  const int32_t b_;
  const CutOptions& options_;
  std::vector<int32_t> node_;  // [op] in the network, or -1: stays
  std::vector<int64_t> cost_a_, cost_b_;
  FlowNetwork network_;
  int32_t source_ = 0;
  int32_t sink_ = 0;
  Ns fixed_ = 0;
};

}  // namespace

Placement SwapCut(const Problem& problem, const Links& links,
                  const Placement& placement, int32_t a, int32_t b,
                  const CutOptions& options, Ns* value) {
  SwapNetwork network(problem, links, placement, a, b, options);
  *value = network.Solve();
  Placement best;
  best.home = placement.home;
  for (size_t v = 0; v < best.home.size(); ++v) {
    if (network.Free(v)) best.home[v] = network.Side(v);
  }
  return best;
}

}  // namespace onnxifi::partitioner
