#include "conformance/report/bundle.h"

#include <algorithm>

#include "base/str_cat.h"
#include "client/sha256.h"
#include "conformance/cases/case_archive.h"
#include "conformance/report/bundle_tar.h"

namespace onnxifi::conformance {
namespace {

Status CheckSuite(const RunHeader& header, const SuiteFacts& suite) {
  if (header.suite != suite.version) {
    return Status(ONNXIFI_STATUS_INVALID_STATE,
                  StrCat("the results are of suite ", header.suite,
                         ", this is ", suite.version));
  }
  if (header.archive_sha256 != suite.archive_sha256) {
    return Status(ONNXIFI_STATUS_INVALID_STATE,
                  "the results are of other cases: give the run's archive with "
                  "--cases");
  }
  if (HashOfNames(NamesOf(TestsOf(header, suite))) != header.list_sha256) {
    return Status(ONNXIFI_STATUS_INVALID_STATE,
                  "the results are of other tests than this suite has: they "
                  "were made by another build of it");
  }
  return Status::Ok();
}

}  // namespace

Result<SuiteFacts> ReadSuiteFacts(const std::string& archive) {
  SuiteFacts suite;
  suite.version = ONNXIFI_SUITE_VERSION;
  ONNXIFI_ASSIGN_OR_RETURN(suite.program_sha256,
                           client::Sha256OfFile("/proc/self/exe"));
  const std::string path = archive.empty() ? InstalledArchive() : archive;
  if (!path.empty()) {
    ONNXIFI_ASSIGN_OR_RETURN(CaseArchive opened, CaseArchive::Open(path));
    suite.archive = std::make_shared<const CaseArchive>(std::move(opened));
    ONNXIFI_ASSIGN_OR_RETURN(suite.archive_sha256, client::Sha256OfFile(path));
  }
  suite.tests = AllTests(suite.archive.get());
  return suite;
}

std::vector<TestInfo> TestsOf(const RunHeader& header,
                              const SuiteFacts& suite) {
  Selection selection;
  ParseFilter(header.filter, &selection);
  selection.quick = header.tier == "quick";
  selection.shard = header.shard;
  selection.shards = header.shards == 0 ? 1 : header.shards;
  return Select(suite.tests, selection);
}

Result<Bundle> MakeBundle(const CertifyResult& result,
                          const SuiteFacts& suite) {
  ONNXIFI_RETURN_IF_ERROR(CheckSuite(result.results.header, suite));
  CertifyResult sorted = result;
  std::stable_sort(
      sorted.results.records.begin(), sorted.results.records.end(),
      [](const Record& a, const Record& b) { return a.test < b.test; });
  // As whoever reads the bundle sees it: paths need not be valid text.
  const std::string text = ToText(sorted.results);
  ONNXIFI_ASSIGN_OR_RETURN(sorted.results, ParseResults(text));
  std::string names;
  for (const TestInfo& test : TestsOf(sorted.results.header, suite)) {
    names += test.name + "\n";
  }
  std::vector<TarMember> members = {{kResultsName, text},
                                    {kProfileName, sorted.profile_text},
                                    {kTestsName, names}};
  Bundle bundle;
  bundle.manifest = ToText(MakeCertificate(sorted, members));
  bundle.id = CertificateId(bundle.manifest);
  members.insert(members.begin(), {kManifestName, bundle.manifest});
  bundle.tar = WriteBundleTar(members);
  return bundle;
}

}  // namespace onnxifi::conformance
