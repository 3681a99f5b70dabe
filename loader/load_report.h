#ifndef ONNXIFI_LOADER_LOAD_REPORT_H_
#define ONNXIFI_LOADER_LOAD_REPORT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "loader/outcome.h"

namespace onnxifi::loader {

struct SearchEnvironment;

enum class Verdict { kLoaded, kSkipped, kRejected };

// What became of one candidate file.
struct CandidateReport {
  std::string path;
  std::string rule;
  Verdict verdict = Verdict::kRejected;
  Outcome outcome;       // kNone when loaded; the text may hold a remark
  std::string manifest;  // empty when found by file name
  uint64_t backends = 0;
  int64_t microseconds = 0;  // spent on this candidate, its probe included
};

// The loader's diary, in load order. Written while the loader starts, then
// only read. Thread-compatible.
class LoadReport {
 public:
  void Add(CandidateReport entry) { entries_.push_back(std::move(entry)); }
  const std::vector<CandidateReport>& entries() const { return entries_; }

  // The document that onnxifiGetLoadReport describes.
  std::string ToJson(const SearchEnvironment& environment) const;

 private:
  std::vector<CandidateReport> entries_;
};

}  // namespace onnxifi::loader

#endif  // ONNXIFI_LOADER_LOAD_REPORT_H_
