#include "conformance/runner/verdict.h"

#include <set>

#include "base/str_cat.h"

namespace onnxifi::conformance {
namespace {

// Groups in which plugins compute something.
constexpr const char* kComputing[] = {"node/", "edge/", "light/"};

bool Computes(const std::string& test) {
  for (const char* prefix : kComputing) {
    if (test.rfind(prefix, 0) == 0) return true;
  }
  return false;
}

// How often each waiver is used, and of those records that it covers.
struct WaiverUse {
  size_t covered = 0;
  size_t passed = 0;
};

bool Covers(const Waiver& waiver, const Record& record) {
  return MatchesPattern(waiver.pattern, record.test) &&
         waiver.outcome == OutcomeName(record.outcome);
}

void JudgeWaivers(const VendorProfile& profile,
                  const std::vector<WaiverUse>& uses, const std::string& today,
                  Verdict* verdict) {
  for (size_t i = 0; i < uses.size(); ++i) {
    const Waiver& waiver = profile.waivers[i];
    const std::string name = StrCat("waiver for '", waiver.pattern, "'");
    if (waiver.expires < today) {
      verdict->problems.push_back(
          StrCat(name, " of ", waiver.owner, ": expired on ", waiver.expires));
    }
    if (uses[i].covered != waiver.count) {
      verdict->problems.push_back(StrCat(
          name, ": ", uses[i].covered, " tests end with ", waiver.outcome,
          ", it covers ", waiver.count,
          uses[i].passed > 0
              ? StrCat("; ", uses[i].passed, " pass unexpectedly: remove them")
              : std::string()));
    }
  }
}

}  // namespace

const char* Verdict::text() const {
  if (certified()) return "CERTIFIED";
  return passed() ? "PASSED, not all of the suite" : "NOT CERTIFIED";
}

const Waiver* WaiverOf(const Record& record, const VendorProfile& profile) {
  for (const Waiver& waiver : profile.waivers) {
    if (Covers(waiver, record)) return &waiver;
  }
  return nullptr;
}

Verdict Judge(const Results& results, const VendorProfile& profile,
              const std::string& today) {
  Verdict verdict;
  const RunHeader& header = results.header;
  verdict.complete = header.tier == "full" && header.filter.empty() &&
                     header.shards == 1 && !header.archive_sha256.empty();
  std::vector<WaiverUse> uses(profile.waivers.size());
  std::set<std::string> seen;
  size_t computed = 0;
  size_t computing = 0;
  for (const Record& record : results.records) {
    ++verdict.counts[record.outcome];
    if (!seen.insert(record.test).second) {
      verdict.problems.push_back(StrCat(record.test, ": two results"));
    }
    computing += Computes(record.test) ? 1 : 0;
    computed +=
        Computes(record.test) && record.outcome == Outcome::PASS ? 1 : 0;
    bool waived = false;
    for (size_t i = 0; i < uses.size(); ++i) {
      if (Covers(profile.waivers[i], record)) {
        ++uses[i].covered;
        waived = true;
      } else if (record.outcome == Outcome::PASS &&
                 MatchesPattern(profile.waivers[i].pattern, record.test)) {
        ++uses[i].passed;
      }
    }
    if (Certifies(record.outcome)) continue;
    if (waived) {
      ++verdict.waived;
      continue;
    }
    verdict.failed.push_back(record.test);
  }
  if (!verdict.failed.empty()) {
    verdict.problems.push_back(
        StrCat(verdict.failed.size(), " tests went wrong"));
  }
  if (seen.size() != header.tests) {
    verdict.problems.push_back(
        StrCat(seen.size(), " of ", header.tests, " tests have a result"));
  }
  if (computing > 0 && computed == 0) {
    verdict.problems.push_back(
        "no test of operators passed: nothing was computed");
  }
  JudgeWaivers(profile, uses, today, &verdict);
  return verdict;
}

}  // namespace onnxifi::conformance
