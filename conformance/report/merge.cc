#include "conformance/report/merge.h"

#include <algorithm>
#include <optional>

#include "base/str_cat.h"
#include "client/text.h"
#include "conformance/runner/suite.h"

namespace onnxifi::conformance {
namespace {

Status Bad(const std::string& path, const std::string& what) {
  return Status(ONNXIFI_STATUS_INVALID_STATE,
                StrCat("merge: '", client::EscapeText(path), "': ", what));
}

// Which member of two headers of one run differs; all but the shard's own
// must be the same.
std::string Difference(const RunHeader& a, const RunHeader& b) {
  if (a.suite != b.suite || a.suite_sha256 != b.suite_sha256) {
    return "another build of the suite";
  }
  if (a.plugin_sha256 != b.plugin_sha256) return "another plugin";
  if (a.archive_sha256 != b.archive_sha256) return "another archive of cases";
  if (a.profile_sha256 != b.profile_sha256) return "another vendor profile";
  if (a.backend != b.backend) return "another backend";
  if (a.seed != b.seed) return "another seed: give all shards one --seed";
  if (a.tier != b.tier || a.filter != b.filter) return "another selection";
  if (a.shards != b.shards) return "another number of shards";
  return "";
}

std::vector<std::string> SortedNames(const std::vector<Record>& records) {
  std::vector<std::string> names;
  names.reserve(records.size());
  for (const Record& record : records) names.push_back(record.test);
  std::sort(names.begin(), names.end());
  return names;
}

// One shard by itself: all of its tests have a result, and are its own.
Status CheckShard(const ShardResults& shard) {
  const RunHeader& header = shard.results.header;
  if (header.shards == 0 || header.shard >= header.shards) {
    return Bad(shard.path, "no such shard");
  }
  const std::vector<std::string> names = SortedNames(shard.results.records);
  if (names.size() < header.tests) {
    return Bad(shard.path,
               StrCat("not finished: ", names.size(), " of ", header.tests,
                      " tests have a result; go on with --resume"));
  }
  if (names.size() != header.tests ||
      HashOfNames(names) != header.list_sha256) {
    return Bad(shard.path, "its results are not those of its tests");
  }
  for (const std::string& name : names) {
    if (NameHash(name) % header.shards != header.shard) {
      return Bad(shard.path,
                 StrCat(client::EscapeText(name), " is of another shard"));
    }
  }
  return Status::Ok();
}

}  // namespace

Result<Results> MergeShards(const std::vector<ShardResults>& shards) {
  if (shards.empty()) {
    return Status(ONNXIFI_STATUS_INVALID_POINTER, "merge: no results");
  }
  const RunHeader& first = shards.front().results.header;
  std::vector<std::optional<std::string>> seen;
  Results merged;
  merged.header = first;
  for (const ShardResults& shard : shards) {
    const RunHeader& header = shard.results.header;
    const std::string difference = Difference(header, first);
    if (!difference.empty()) {
      return Bad(shard.path,
                 StrCat(difference, " than '",
                        client::EscapeText(shards.front().path), "'"));
    }
    // Sized only by a number that is known to be small.
    if (header.shards > 10000) return Bad(shard.path, "too many shards");
    ONNXIFI_RETURN_IF_ERROR(CheckShard(shard));
    seen.resize(header.shards);
    std::optional<std::string>& other = seen[header.shard];
    if (other.has_value()) {
      return Bad(shard.path, StrCat("shard ", header.shard, " again: '",
                                    client::EscapeText(*other), "'"));
    }
    other = shard.path;
    merged.records.insert(merged.records.end(), shard.results.records.begin(),
                          shard.results.records.end());
  }
  for (size_t i = 0; i < seen.size(); ++i) {
    if (!seen[i].has_value()) {
      return Status(
          ONNXIFI_STATUS_INVALID_STATE,
          StrCat("merge: shard ", i, "/", seen.size(), " is missing"));
    }
  }
  std::stable_sort(
      merged.records.begin(), merged.records.end(),
      [](const Record& a, const Record& b) { return a.test < b.test; });
  merged.header.shard = 0;
  merged.header.shards = 1;
  merged.header.tests = merged.records.size();
  merged.header.list_sha256 = HashOfNames(SortedNames(merged.records));
  return merged;
}

}  // namespace onnxifi::conformance
