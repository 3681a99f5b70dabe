#include "partitioner/optimize.h"

#include <algorithm>
#include <utility>

#include "base/str_cat.h"
#include "partitioner/cut.h"
#include "partitioner/local_search.h"
#include "partitioner/weights.h"

namespace onnxifi::partitioner {
namespace {

// Shares of the launch cost, in quarters, that uploads carry in a cut.
constexpr int kShares[] = {0, 2, 4};
constexpr int kMostSweeps = 10;
// Larger problems of more than two devices try fewer starts.
constexpr size_t kManyOps = 3000;
// Seeds that local search goes on from.
constexpr size_t kSeedsImproved = 4;
// Steps to find the price of memory.
constexpr int kPriceSteps = 12;

struct Seed {
  std::string name;
  Placement placement;
  Cost cost;
};

class Optimizer {
 public:
  Optimizer(const Problem& problem, const OptimizeOptions& options)
      : problem_(problem),
        options_(options),
        links_(MakeLinks(problem)),
        runs_(problem, links_),
        limits_(HasLimits(problem)) {}

  Result<Solution> Run();

 private:
  Placement Prefer(const std::vector<int32_t>& devices) const;
  void AddPolicies();
  bool AddSeed(std::string name, Placement placement);
  void AddCuts();
  Placement Sweep(Placement start, const CutOptions& options);
  std::vector<Placement> Starts() const;
  void LiftPrices();
  bool TryPrices(const std::vector<int64_t>& price);
  Status DoesNotFit() const;
  Ns LowerBound() const;

  const Problem& problem_;
  const OptimizeOptions& options_;
  const Links links_;
  RunBuilder runs_;
  const bool limits_;
  bool memory_lacks_ = false;  // for a cut without prices
  std::vector<Seed> seeds_;    // those that fit in memory
  std::vector<Policy> policies_;
  Ns lower_bound_ = -1;
};

// Each op on the first of `devices` that runs it, else on any that does.
Placement Optimizer::Prefer(const std::vector<int32_t>& devices) const {
  Placement placement;
  placement.home.assign(problem_.ops.size(), -1);
  for (size_t v = 0; v < problem_.ops.size(); ++v) {
    const auto op = static_cast<int32_t>(v);
    int32_t& home = placement.home[v];
    for (const int32_t d : devices) {
      if (home < 0 && problem_.Runs(op, d)) home = d;
    }
    for (int32_t d = 0; home < 0; ++d) {
      if (problem_.Runs(op, d)) home = d;
    }
  }
  return placement;
}

// False when it does not fit in memory.
bool Optimizer::AddSeed(std::string name, Placement placement) {
  if (limits_ && !WeightsFit(problem_, placement)) return false;
  for (const Seed& seed : seeds_) {
    if (seed.placement.home == placement.home) return true;
  }
  Seed seed{std::move(name), std::move(placement), {}};
  seed.cost = CostWithoutLaunch(problem_, links_, seed.placement);
  runs_.AddLaunch(seed.placement, &seed.cost);
  seeds_.push_back(std::move(seed));
  return true;
}

void Optimizer::AddPolicies() {
  std::vector<std::pair<std::string, std::vector<int32_t>>> lists;
  lists.push_back({"host only", {kHost}});
  std::vector<int32_t> all;
  for (int32_t d = 1; d < problem_.devices; ++d) all.push_back(d);
  all.push_back(kHost);
  if (problem_.devices > 1) lists.push_back({"greedy", all});
  for (int32_t d = 1; d < problem_.devices && problem_.devices > 2; ++d) {
    lists.push_back({StrCat("device ", d, " only"), {d, kHost}});
  }
  for (auto& [name, devices] : lists) {
    Placement placement = Prefer(devices);
    Policy policy{name, CostWithoutLaunch(problem_, links_, placement)};
    runs_.AddLaunch(placement, &policy.cost);
    policies_.push_back(std::move(policy));
    AddSeed(name, std::move(placement));
  }
}

std::vector<Placement> Optimizer::Starts() const {
  std::vector<Placement> starts;
  std::vector<int32_t> all;
  for (int32_t d = 1; d < problem_.devices; ++d) all.push_back(d);
  starts.push_back(Prefer(all));
  if (problem_.devices == 2) return starts;
  starts.push_back(Prefer({kHost}));
  if (problem_.ops.size() > kManyOps) return starts;
  for (int32_t d = 1; d < problem_.devices; ++d) starts.push_back(Prefer({d}));
  return starts;
}

// Swaps all pairs of devices until none gains.
Placement Optimizer::Sweep(Placement start, const CutOptions& options) {
  Placement best = std::move(start);
  Ns value = INT64_MAX;
  for (int sweep = 0; sweep < kMostSweeps; ++sweep) {
    bool better = false;
    for (int32_t b = 0; b < problem_.devices; ++b) {
      for (int32_t a = b + 1; a < problem_.devices; ++a) {
        Ns now = 0;
        Placement swapped =
            SwapCut(problem_, links_, best, a, b, options, &now);
        if (now >= value) continue;
        value = now;
        better = better || swapped.home != best.home;
        best = std::move(swapped);
      }
    }
    if (!better || problem_.devices == 2) break;
  }
  return best;
}

void Optimizer::AddCuts() {
  if (problem_.devices < 2) return;
  for (const int share : kShares) {
    CutOptions cut;
    cut.launch_quarters = share;
    int number = 0;
    for (Placement& start : Starts()) {
      if (problem_.devices == 2) {
        Ns value = 0;
        Placement placement =
            SwapCut(problem_, links_, start, 1, kHost, cut, &value);
        if (share == 0) lower_bound_ = value;
        const bool fits = AddSeed(StrCat("cut, ", share, "/4 of launches"),
                                  std::move(placement));
        memory_lacks_ = memory_lacks_ || !fits;
        continue;
      }
      const bool fits =
          AddSeed(StrCat("swaps, ", share, "/4 of launches, start ", number++),
                  Sweep(std::move(start), cut));
      memory_lacks_ = memory_lacks_ || !fits;
    }
  }
}

bool Optimizer::TryPrices(const std::vector<int64_t>& price) {
  bool fits = false;
  for (const int share : kShares) {
    CutOptions cut;
    cut.launch_quarters = share;
    cut.weight_price = price;
    for (Placement& start : Starts()) {
      fits = AddSeed(StrCat("cut with a price on memory, ", share,
                            "/4 of launches"),
                     Sweep(std::move(start), cut)) ||
             fits;
    }
  }
  return fits;
}

// Makes memory dear on the devices where it lacks, until the cut keeps off
// them; then as cheap as it can be with that.
void Optimizer::LiftPrices() {
  const auto devices = static_cast<size_t>(problem_.devices);
  std::vector<int64_t> price(devices, 0);
  const auto set = [&](int64_t level) {
    for (size_t d = 0; d < devices; ++d) {
      price[d] = problem_.memory_limit[d] >= 0 ? level : 0;
    }
  };
  int64_t low = 0;
  int64_t high = 1;
  int steps = 0;
  // A picosecond a byte is a terabyte a second; 2^40 is a second a byte.
  constexpr int64_t kMostPrice = int64_t{1} << 40;
  for (set(high); !TryPrices(price) && high < kMostPrice; set(high)) {
    low = high;
    high *= 16;
  }
  while (steps++ < kPriceSteps && high - low > 1) {
    const int64_t middle = low + (high - low) / 2;
    set(middle);
    (TryPrices(price) ? high : low) = middle;
  }
}

Status Optimizer::DoesNotFit() const {
  std::vector<int64_t> excess = ExcessBytes(problem_, Prefer({kHost}));
  for (size_t d = 0; d < excess.size(); ++d) {
    if (excess[d] == 0) continue;
    return Status(ONNXIFI_STATUS_NO_DEVICE_MEMORY,
                  StrCat("no placement found that fits in memory: device ", d,
                         " may hold ", problem_.memory_limit[d],
                         " bytes of weights and lacks ", excess[d]));
  }
  return Status(ONNXIFI_STATUS_NO_DEVICE_MEMORY,
                "no placement found that fits in memory");
}

Ns Optimizer::LowerBound() const {
  if (lower_bound_ >= 0) return lower_bound_;
  Ns total = 0;
  for (size_t v = 0; v < problem_.ops.size(); ++v) {
    Ns least = kCannot;
    for (int d = 0; d < problem_.devices; ++d) {
      const auto op = static_cast<int32_t>(v);
      if (problem_.Runs(op, d)) least = std::min(least, problem_.ExecNs(op, d));
    }
    total += least;
  }
  return total;
}

Result<Solution> Optimizer::Run() {
  AddPolicies();
  AddCuts();
  if (memory_lacks_) LiftPrices();
  if (seeds_.empty()) return DoesNotFit();
  std::stable_sort(seeds_.begin(), seeds_.end(),
                   [](const Seed& a, const Seed& b) {
                     return a.cost.Total() < b.cost.Total();
                   });
  LocalSearch search(problem_, links_);
  Seed* best = &seeds_.front();
  const size_t improved = std::min(seeds_.size(), kSeedsImproved);
  const int64_t steps = options_.effort / static_cast<int64_t>(improved);
  for (size_t i = 0; i < improved; ++i) {
    Seed& seed = seeds_[i];
    search.Improve(&seed.placement, &seed.cost, steps, options_.replicate);
    if (seed.cost.Total() < best->cost.Total()) best = &seed;
  }
  Solution solution;
  solution.placement = std::move(best->placement);
  solution.cost = best->cost;
  solution.found_by = std::move(best->name);
  solution.runs = runs_.Build(solution.placement);
  solution.lower_bound = LowerBound();
  solution.policies = std::move(policies_);
  return solution;
}

}  // namespace

Result<Solution> Optimize(const Problem& problem,
                          const OptimizeOptions& options) {
  ONNXIFI_RETURN_IF_ERROR(CheckProblem(problem));
  return Optimizer(problem, options).Run();
}

}  // namespace onnxifi::partitioner
