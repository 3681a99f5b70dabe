#include "partitioner/problem.h"

#include <algorithm>

#include "base/checked.h"
#include "base/str_cat.h"

namespace onnxifi::partitioner {
namespace {

Status Bad(const std::string& text) {
  return Status(ONNXIFI_STATUS_INVALID_MODEL,
                StrCat("partition problem: ", text));
}

// Bytes of one tensor: 2^50 of them at 1 s a megabyte stay below kMaxNs.
constexpr int64_t kMaxBytes = int64_t{1} << 50;

template <typename T>
Status CheckSize(const char* what, const std::vector<T>& list, size_t wanted) {
  if (list.size() == wanted) return Status::Ok();
  return Bad(StrCat(what, " has ", list.size(), " entries, not ", wanted));
}

Status CheckSizes(const Problem& p) {
  if (p.devices < 1 || p.devices > kMaxDevices) {
    return Bad(StrCat(p.devices, " devices; 1 to ", kMaxDevices,
                      " are"
                      " possible"));
  }
  const auto devices = static_cast<size_t>(p.devices);
  if (p.ops.size() > INT32_MAX / 4 || p.tensors.size() > INT32_MAX / 4) {
    return Bad("too many ops or tensors");
  }
  ONNXIFI_RETURN_IF_ERROR(CheckSize("exec", p.exec, p.ops.size() * devices));
  ONNXIFI_RETURN_IF_ERROR(CheckSize("launch", p.launch, devices));
  ONNXIFI_RETURN_IF_ERROR(CheckSize("copy", p.copy, devices * devices));
  ONNXIFI_RETURN_IF_ERROR(CheckSize("memory_limit", p.memory_limit, devices));
  return CheckSize("pins", p.pins, p.ops.size());
}

bool TimeFits(Ns ns) { return ns >= 0 && ns <= kMaxNs; }

Status CheckNumbers(const Problem& p) {
  for (size_t d = 0; d < p.launch.size(); ++d) {
    if (!TimeFits(p.launch[d])) {
      return Bad(StrCat("launch time ", p.launch[d], " ns of device ", d));
    }
  }
  for (const CopyCost& cost : p.copy) {
    if (!TimeFits(cost.latency) || cost.picoseconds < 0 ||
        cost.picoseconds > kMaxNs) {
      return Bad(StrCat("copy cost of ", cost.latency, " ns and ",
                        cost.picoseconds, " ps a byte"));
    }
  }
  for (size_t t = 0; t < p.tensors.size(); ++t) {
    if (p.tensors[t].bytes < 0 || p.tensors[t].bytes > kMaxBytes) {
      return Bad(StrCat("tensor ", t, " has ", p.tensors[t].bytes, " bytes"));
    }
  }
  for (size_t w = 0; w < p.weight_bytes.size(); ++w) {
    if (p.weight_bytes[w] < 0 || p.weight_bytes[w] > kMaxBytes) {
      return Bad(StrCat("weight ", w, " has ", p.weight_bytes[w], " bytes"));
    }
  }
  return Status::Ok();
}

// Each index of `list` is below `count` and appears once.
bool ListFits(const std::vector<int32_t>& list, size_t count,
              std::vector<int32_t>* seen, int32_t op) {
  for (const int32_t index : list) {
    if (index < 0 || static_cast<size_t>(index) >= count) return false;
    int32_t& last = (*seen)[static_cast<size_t>(index)];
    if (last == op) return false;
    last = op;
  }
  return true;
}

class GraphCheck {
 public:
  explicit GraphCheck(const Problem& p)
      : p_(p),
        producer_(p.tensors.size(), -1),
        read_(p.tensors.size(), -1),
        host_read_(p.tensors.size(), -1),
        written_(p.tensors.size(), -1),
        weight_(p.weight_bytes.size(), -1) {}

  Status Run() {
    for (size_t v = 0; v < p_.ops.size(); ++v) {
      for (const int32_t t : p_.ops[v].writes) {
        if (t < 0 || static_cast<size_t>(t) >= p_.tensors.size()) continue;
        producer_[static_cast<size_t>(t)] = static_cast<int32_t>(v);
      }
    }
    for (size_t v = 0; v < p_.ops.size(); ++v) {
      ONNXIFI_RETURN_IF_ERROR(CheckOp(static_cast<int32_t>(v)));
    }
    return Status::Ok();
  }

 private:
  Status CheckOp(int32_t v) {
    const Op& op = p_.ops[static_cast<size_t>(v)];
    const size_t tensors = p_.tensors.size();
    if (!ListFits(op.reads, tensors, &read_, v) ||
        !ListFits(op.host_reads, tensors, &host_read_, v) ||
        !ListFits(op.writes, tensors, &written_, v) ||
        !ListFits(op.weights, p_.weight_bytes.size(), &weight_, v)) {
      return Bad(StrCat("op ", v,
                        " names a tensor or weight that does not"
                        " exist, or one twice"));
    }
    for (const auto* list : {&op.reads, &op.host_reads}) {
      for (const int32_t t : *list) {
        if (producer_[static_cast<size_t>(t)] >= v) {
          return Bad(
              StrCat("op ", v, " reads tensor ", t, " before it is written"));
        }
      }
    }
    for (const int32_t t : op.writes) {
      if (producer_[static_cast<size_t>(t)] != v) {
        return Bad(StrCat("tensor ", t, " is written twice"));
      }
    }
    return CheckDevices(v);
  }

  Status CheckDevices(int32_t v) {
    const int32_t pin = p_.pins[static_cast<size_t>(v)];
    if (pin < -1 || pin >= p_.devices) {
      return Bad(StrCat("op ", v, " is pinned to device ", pin));
    }
    bool somewhere = false;
    for (int d = 0; d < p_.devices; ++d) {
      const Ns ns = p_.ExecNs(v, d);
      if (ns != kCannot && !TimeFits(ns)) {
        return Bad(StrCat("op ", v, " takes ", ns, " ns on device ", d));
      }
      somewhere = somewhere || p_.Runs(v, d);
    }
    if (somewhere) return Status::Ok();
    return Bad(StrCat("no device runs op ", v,
                      pin >= 0 ? StrCat(", which is pinned to device ", pin)
                               : std::string()));
  }

  const Problem& p_;
  std::vector<int32_t> producer_, read_, host_read_, written_, weight_;
};

// The dearest plan there could be, replicas included.
Status CheckSum(const Problem& p) {
  Ns total = 0;
  const auto add = [&total](Ns ns, int64_t times) {
    Ns product = 0;
    return CheckedMul(ns, times, &product) &&
           CheckedAdd(total, product, &total);
  };
  bool fits = true;
  Ns launch = 0;
  for (const Ns ns : p.launch) launch = std::max(launch, ns);
  for (size_t v = 0; v < p.ops.size() && fits; ++v) {
    fits = add(launch, p.devices);
    for (int d = 0; d < p.devices && fits; ++d) {
      const Ns ns = p.ExecNs(static_cast<int32_t>(v), d);
      fits = ns == kCannot || add(ns, 1);
    }
  }
  for (const Tensor& tensor : p.tensors) {
    for (size_t c = 0; c < p.copy.size() && fits; ++c) {
      Ns bytes = 0;
      fits = CheckedMul(p.copy[c].picoseconds, tensor.bytes, &bytes) &&
             add(bytes / 1000, 1) && add(p.copy[c].latency, 1);
    }
  }
  // Room for the optimiser's own additions.
  if (fits && total <= INT64_MAX / 16) return Status::Ok();
  return Bad("the times add up to more than 64 bits hold");
}

}  // namespace

Ns Problem::CopyNs(int from, int to, int64_t bytes) const {
  if (from == to) return 0;
  const CopyCost& cost = copy[static_cast<size_t>(from * devices + to)];
  return cost.latency + cost.picoseconds * bytes / 1000;
}

Status CheckProblem(const Problem& problem) {
  ONNXIFI_RETURN_IF_ERROR(CheckSizes(problem));
  ONNXIFI_RETURN_IF_ERROR(CheckNumbers(problem));
  ONNXIFI_RETURN_IF_ERROR(GraphCheck(problem).Run());
  return CheckSum(problem);
}

Links MakeLinks(const Problem& problem) {
  Links links;
  links.producer.assign(problem.tensors.size(), -1);
  links.readers.resize(problem.tensors.size());
  links.host_readers.resize(problem.tensors.size());
  links.before.resize(problem.ops.size());
  links.after.resize(problem.ops.size());
  for (size_t i = 0; i < problem.ops.size(); ++i) {
    const auto v = static_cast<int32_t>(i);
    const Op& op = problem.ops[i];
    std::vector<Link>& before = links.before[i];
    const auto link = [&](int32_t t, bool host) {
      auto& readers = host ? links.host_readers : links.readers;
      readers[static_cast<size_t>(t)].push_back(v);
      const int32_t from = links.producer[static_cast<size_t>(t)];
      if (from >= 0) before.push_back({from, host});
    };
    for (const int32_t t : op.reads) link(t, false);
    for (const int32_t t : op.host_reads) link(t, true);
    std::sort(before.begin(), before.end());
    before.erase(std::unique(before.begin(), before.end()), before.end());
    for (const Link& from : before) {
      links.after[static_cast<size_t>(from.op)].push_back({v, from.host});
    }
    for (const int32_t t : op.writes) {
      links.producer[static_cast<size_t>(t)] = v;
    }
  }
  return links;
}

}  // namespace onnxifi::partitioner
