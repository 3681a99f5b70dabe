// What somebody may do to a bundle, and that it is found.
#include "conformance/report/bundle.h"

#include <cstdio>
#include <functional>

#include "conformance/report/bundle_fixture.h"

namespace onnxifi::conformance {
namespace {

// What a kind of tampering starts with and changes.
struct Forgery {
  SuiteFacts suite = SmallSuite();
  CertifyResult run = SmallRun(suite);
  std::vector<TarMember> members = Remade(run, ListOf(run, suite));
  VerifyOptions options = {"", "", kVerifyDate};

  Record& record(size_t index) { return run.results.records[index]; }
  RunHeader& header() { return run.results.header; }
  std::string& part(size_t index) { return members[index].bytes; }
  // Takes the changed run, with every hash right.
  void Remake() { Remake(ListOf(run, suite)); }
  void Remake(const std::string& list) { members = Remade(run, list); }
  // Nothing but the number of the real one can tell.
  void AskForNumber() {
    options.certificate = MakeBundle(SmallRun(suite), suite)->id;
  }
};

struct Kind {
  const char* name;
  std::function<void(Forgery&)> forge;
  const char* found;  // in the first problem
};

// Parts changed, and nothing else.
const std::vector<Kind> kPlain = {
    {"outcome", [](Forgery& f) { Replace(&f.part(1), "\"FAIL\"", "\"PASS\""); },
     "results.jsonl: not the file"},
    {"figure", [](Forgery& f) { Replace(&f.part(1), "1e-06", "1e-07"); },
     "results.jsonl: not the file"},
    {"seed",
     [](Forgery& f) { Replace(&f.part(1), "\"seed\":7", "\"seed\":8"); },
     "results.jsonl: not the file"},
    {"waiver",
     [](Forgery& f) { Replace(&f.part(2), "2026-12-31", "2036-12-31"); },
     "vendor_profile.json: not the file"},
    {"list", [](Forgery& f) { Replace(&f.part(3), "node/n1\n", ""); },
     "tests.txt: not the file"},
    {"verdict in the manifest",
     [](Forgery& f) { Replace(&f.part(0), "CERTIFIED", "PASSED"); },
     "checksum"},
    {"hash in the manifest",
     [](Forgery& f) {
       Replace(&f.part(0), "\"sha256\": \"", "\"sha256\": \"0");
     },
     "checksum"},
    {"blank in the manifest",
     [](Forgery& f) { Replace(&f.part(0), "{\n", "{ \n"); }, "checksum"},
    {"member of the manifest twice",
     [](Forgery& f) {
       Replace(&f.part(0), "\"waived\"", "\"waived\": 0,\n \"waived\"");
     },
     "checksum"},
    {"parts change places",
     [](Forgery& f) { std::swap(f.members[1], f.members[2]); },
     "member 1 is 'vendor_profile.json'"},
    {"part left out", [](Forgery& f) { f.members.pop_back(); },
     "member 3 is 'none'"},
    {"one more part",
     [](Forgery& f) {
       f.members.push_back({"notes.txt", "all is well\n"});
     },
     "member 4 is 'notes.txt'"},
    {"part twice", [](Forgery& f) { f.members.push_back(f.members[1]); },
     "member 4 is 'results.jsonl'"},
    {"name that goes up",
     [](Forgery& f) { f.members[1].name = "../results.jsonl"; }, "unsafe name"},
};

// Everything is made anew around the lie.
const std::vector<Kind> kConsistent = {
    {"outcome with its failures left",
     [](Forgery& f) {
       f.record(3).outcome = Outcome::PASS;
       f.Remake();
     },
     "api/a3: PASS with failures"},
    {"outcome with its reason left",
     [](Forgery& f) {
       f.record(3).outcome = Outcome::PASS;
       f.record(3).failures.clear();
       f.Remake();
     },
     "api/a3: PASS with a reason"},
    {"PASS that checked nothing",
     [](Forgery& f) {
       f.record(0).checks = 0;
       f.Remake();
     },
     "api/a0: PASS without a check"},
    {"failure made a refusal without reason",
     [](Forgery& f) {
       f.record(0).outcome = Outcome::UNSUPPORTED;
       f.Remake();
     },
     "api/a0: UNSUPPORTED without a reason"},
    {"failure left out of the claims",
     [](Forgery& f) {
       f.record(0).outcome = Outcome::EXCLUDED;
       f.record(0).reason = "its profile is not claimed";
       f.Remake();
     },
     "api/a0: EXCLUDED, but its profile is claimed"},
    {"another profile of a test",
     [](Forgery& f) {
       f.record(0).profile = "async";
       f.Remake();
     },
     "api/a0: profile or requirements"},
    {"requirements",
     [](Forgery& f) {
       f.record(0).requirements = {"R-999"};
       f.Remake();
     },
     "api/a0: profile or requirements"},
    {"time",
     [](Forgery& f) {
       f.record(0).seconds = -1;
       f.Remake();
     },
     "api/a0: a time"},
    {"record left out",
     [](Forgery& f) {
       f.run.results.records.erase(f.run.results.records.begin() + 8);
       f.Remake();
     },
     "node/n1: no result"},
    {"record twice",
     [](Forgery& f) {
       f.run.results.records.insert(f.run.results.records.begin() + 8,
                                    f.record(8));
       f.Remake();
     },
     "node/n1: a second result"},
    {"record of no test",
     [](Forgery& f) {
       f.record(8).test = "node/n1x";
       f.Remake();
     },
     "node/n1: no result"},
    {"one more record",
     [](Forgery& f) {
       Record record = f.record(7);
       record.test = "node/n0x";
       f.run.results.records.insert(f.run.results.records.begin() + 8, record);
       f.Remake();
     },
     "node/n0x: a result of no test"},
    {"records change places",
     [](Forgery& f) {
       std::swap(f.record(7), f.record(8));
       f.Remake();
     },
     "node/n0: no result"},
    {"unknown member of a record",
     [](Forgery& f) {
       Replace(&f.part(1), "\"log\":\"\"", "\"log\":\"\",\"ok\":true");
       f.members = Remade(f.run, f.part(3), f.part(1));
     },
     "results.jsonl: it has something"},
    {"member of a record twice",
     [](Forgery& f) {
       Replace(&f.part(1), "\"FAIL\"", "\"FAIL\",\"outcome\":\"FAIL\"");
       f.members = Remade(f.run, f.part(3), f.part(1));
     },
     "results.jsonl: it has something"},
    {"last record without its end",
     [](Forgery& f) {
       f.part(1).pop_back();
       f.members = Remade(f.run, f.part(3), f.part(1));
     },
     "results.jsonl: it has something"},
    {"no results at all",
     [](Forgery& f) { f.members = Remade(f.run, f.part(3), ""); },
     "results.jsonl: results: no first line"},
    {"record that is none",
     [](Forgery& f) {
       f.members = Remade(f.run, f.part(3), f.part(1) + "{}\n");
     },
     "results.jsonl: results: no valid member"},
    {"quick tier called full",
     [](Forgery& f) {
       f.header().tier = "quick";
       f.run = SmallRun(f.suite, f.header());
       const std::string list = ListOf(f.run, f.suite);
       f.header().tier = "full";
       f.run.verdict.complete = true;
       f.Remake(list);
     },
     "tests.txt: this suite has other tests"},
    {"filter left out",
     [](Forgery& f) {
       f.header().filter = "n*";
       f.run = SmallRun(f.suite, f.header());
       const std::string list = ListOf(f.run, f.suite);
       f.header().filter.clear();
       f.Remake(list);
     },
     "tests.txt: this suite has other tests"},
    {"profiles of the selection left out",
     [](Forgery& f) {
       f.header().filter = "profile:core";
       f.run = SmallRun(f.suite, f.header());
       const std::string list = ListOf(f.run, f.suite);
       f.header().filter.clear();
       f.Remake(list);
     },
     "tests.txt: this suite has other tests"},
    {"shard called all",
     [](Forgery& f) {
       f.header().shards = 2;
       f.run = SmallRun(f.suite, f.header());
       const std::string list = ListOf(f.run, f.suite);
       f.header().shards = 1;
       f.Remake(list);
     },
     "tests.txt: this suite has other tests"},
    {"no such shard",
     [](Forgery& f) {
       f.header().shard = 5;
       f.Remake();
     },
     "there is no shard 5 of 1"},
    {"no such tier",
     [](Forgery& f) {
       f.header().tier = "most";
       f.Remake();
     },
     "there is no tier 'most'"},
    {"list",
     [](Forgery& f) {
       std::string list = ListOf(f.run, f.suite);
       Replace(&list, "node/n1\n", "");
       f.Remake(list);
     },
     "tests.txt: this suite has other tests"},
    {"hash of the list",
     [](Forgery& f) {
       f.header().list_sha256 = std::string(64, '0');
       f.Remake();
     },
     "not of the tests that this suite has"},
    {"number of tests",
     [](Forgery& f) {
       f.header().tests = 9;
       f.Remake();
     },
     "not of the tests that this suite has"},
    {"other cases",
     [](Forgery& f) {
       f.header().archive_sha256 = std::string(64, '0');
       f.Remake();
     },
     "of other cases"},
    {"other suite",
     [](Forgery& f) {
       f.header().suite = "0.0.9";
       f.Remake();
     },
     "of suite 0.0.9"},
    {"profile that the run was not given",
     [](Forgery& f) {
       Replace(&f.run.profile_text, "2026-12-31", "2036-12-31");
       f.run.profile = *ParseVendorProfile(f.run.profile_text);
       f.Remake();
     },
     "vendor_profile.json: not the one that the run was given"},
    {"profile that is none",
     [](Forgery& f) {
       f.run.profile_text = "{\"wavers\": []}";
       f.header().profile_sha256 = client::Sha256Of(f.run.profile_text);
       f.Remake();
     },
     "unknown key 'wavers'"},
    {"waiver for more than went wrong",
     [](Forgery& f) {
       Replace(&f.run.profile_text, "\"count\": 1", "\"count\": 2");
       f.run.profile = *ParseVendorProfile(f.run.profile_text);
       f.header().profile_sha256 = client::Sha256Of(f.run.profile_text);
       f.Remake();
     },
     "'verdict' is \"CERTIFIED\", but"},
    {"waiver that had ended",
     [](Forgery& f) {
       Replace(&f.run.profile_text, "2026-12-31", "2026-05-31");
       f.run.profile = *ParseVendorProfile(f.run.profile_text);
       f.header().profile_sha256 = client::Sha256Of(f.run.profile_text);
       f.Remake();
     },
     "'verdict' is \"CERTIFIED\", but"},
    {"failure without a waiver, called certified",
     [](Forgery& f) {
       f.record(0).outcome = Outcome::CRASH;
       f.record(0).reason = "signal 11";
       f.Remake();
     },
     "'verdict' is \"CERTIFIED\", but"},
    {"problems left out",
     [](Forgery& f) {
       f.record(0).outcome = Outcome::CRASH;
       f.record(0).reason = "signal 11";
       f.run.verdict = Judge(f.run.results, f.run.profile, f.run.date);
       f.run.verdict.problems.pop_back();
       f.run.verdict.problems.push_back("nothing to speak of");
       f.Remake();
     },
     "'problems' is"},
    {"counts",
     [](Forgery& f) {
       ++f.run.verdict.counts[Outcome::PASS];
       f.Remake();
     },
     "'counts' is"},
    {"number of waived tests",
     [](Forgery& f) {
       f.run.verdict.waived = 0;
       f.Remake();
     },
     "'waived' is 0"},
    {"waivers in the manifest",
     [](Forgery& f) {
       CertifyResult lie = f.run;
       lie.profile.waivers.clear();
       f.members = Remade(lie, ListOf(lie, f.suite));
     },
     "'waivers' is []"},
    {"claims in the manifest",
     [](Forgery& f) {
       CertifyResult lie = f.run;
       lie.profile.all_profiles = true;
       f.members = Remade(lie, ListOf(lie, f.suite));
     },
     "'profiles' is \"all\""},
    {"date in the future",
     [](Forgery& f) {
       f.run.date = "2026-06-03";
       f.Remake();
     },
     "in the future"},
    {"date that is none",
     [](Forgery& f) {
       f.run.date = "2026-02-30";
       f.Remake();
     },
     "the date '2026-02-30' is none"},
    {"plugin",
     [](Forgery& f) {
       f.options.plugin_sha256 = f.header().plugin_sha256;
       f.header().plugin_sha256 = std::string(64, 'd');
       f.Remake();
     },
     "of another plugin"},
};

// So well made that nothing but the number tells.
const std::vector<Kind> kNumber = {
    {"failure made a pass",
     [](Forgery& f) {
       f.AskForNumber();
       f.run.profile_text.clear();
       f.run.profile = {};
       f.header().profile_sha256.clear();
       for (Record& record : f.run.results.records) {
         record.outcome = Outcome::PASS;
         record.failures.clear();
         record.reason.clear();
         record.checks = 3;
       }
       f.run.verdict = Judge(f.run.results, f.run.profile, f.run.date);
       f.Remake();
     },
     "certificate "},
    {"figure made smaller",
     [](Forgery& f) {
       f.AskForNumber();
       f.record(0).figures[0].value = 0;
       f.Remake();
     },
     "certificate "},
    {"another seed",
     [](Forgery& f) {
       f.AskForNumber();
       f.header().seed = 8;
       f.Remake();
     },
     "certificate "},
    {"another program of the suite",
     [](Forgery& f) {
       f.AskForNumber();
       f.header().suite_sha256 = std::string(64, 'e');
       f.Remake();
     },
     "certificate "},
    {"an earlier date",
     [](Forgery& f) {
       f.AskForNumber();
       f.run.date = "2026-05-01";
       f.Remake();
     },
     "certificate "},
};

constexpr size_t kBlock = 512;

// Puts the sum of the first header right, as somebody would.
void FixSum(std::string* tar) {
  unsigned sum = 0;
  for (size_t i = 0; i < kBlock; ++i) {
    sum += i >= 148 && i < 156 ? ' ' : static_cast<unsigned char>((*tar)[i]);
  }
  char text[8];
  std::snprintf(text, sizeof(text), "%06o", sum);
  tar->replace(148, 6, text, 6);
}

struct TarKind {
  const char* name;
  std::function<void(std::string*)> change;
  const char* found;
};

const std::vector<TarKind> kTar = {
    {"cut off", [](std::string* t) { t->resize(t->size() - 700); }, "cut off"},
    {"cut off between blocks",
     [](std::string* t) { t->resize(t->size() - kBlock); }, "cut off"},
    {"something behind the end", [](std::string* t) { t->append(kBlock, 'x'); },
     "something follows"},
    {"more zeros behind the end",
     [](std::string* t) { t->append(kBlock, '\0'); }, "something follows"},
    {"sum of a header", [](std::string* t) { (*t)[150] ^= 1; },
     "the checksum in the header of 'manifest.json'"},
    {"size beyond the end",
     [](std::string* t) {
       t->replace(124, 11, "77777777777");
       FixSum(t);
     },
     "the size of 'manifest.json'"},
    {"size that is none",
     [](std::string* t) {
       (*t)[124] = '\x80';
       FixSum(t);
     },
     "the size of 'manifest.json'"},
    {"size that is smaller",
     [](std::string* t) {
       t->replace(124, 11, "00000000001");
       FixSum(t);
     },
     "'manifest.json' is padded"},
    {"name that is absolute",
     [](std::string* t) {
       t->replace(0, 14, std::string("/etc/passwd\0\0\0", 14));
       FixSum(t);
     },
     "unsafe name '/etc/passwd'"},
    {"link",
     [](std::string* t) {
       (*t)[156] = '2';
       FixSum(t);
     },
     "no plain file"},
    {"mode",
     [](std::string* t) {
       (*t)[102] = '7';
       FixSum(t);
     },
     "does not write"},
    {"owner's name",
     [](std::string* t) {
       (*t)[265] = 'r';
       FixSum(t);
     },
     "does not write"},
    {"nothing at all", [](std::string* t) { t->clear(); }, "cut off"},
};

std::string FirstProblem(const VerifyReport& report) {
  return report.problems.empty() ? "" : report.problems.front();
}

size_t g_kinds = 0;
size_t g_found = 0;

void Expect(const char* name, const char* found, const VerifyReport& report) {
  ++g_kinds;
  const bool as_expected =
      FirstProblem(report).find(found) != std::string::npos;
  if (as_expected) ++g_found;
  EXPECT_TRUE(as_expected) << name << ": '" << FirstProblem(report) << "'";
}

TEST(BundleTest, IsVerifiedAsItIs) {
  const Forgery good;
  const Result<Bundle> bundle = MakeBundle(good.run, good.suite);
  ASSERT_TRUE(bundle.ok()) << bundle.status().message();
  VerifyOptions options = good.options;
  options.certificate = bundle->id;
  options.plugin_sha256 = std::string(64, 'c');
  VerifyReport report = VerifyBundle(bundle->tar, good.suite, options);
  EXPECT_EQ(FirstProblem(report), "");
  EXPECT_TRUE(report.notes.empty());
  EXPECT_TRUE(report.certificate.certified());
  EXPECT_EQ(report.id, bundle->id);
  // The waiver has ended since, which is no lie.
  options.today = "2027-01-01";
  report = VerifyBundle(bundle->tar, good.suite, options);
  EXPECT_EQ(FirstProblem(report), "");
  EXPECT_EQ(report.notes.size(), 1u);
}

TEST(BundleTest, IsTheSameWhateverTheOrderOfTheRecords) {
  Forgery forgery;
  const std::string tar = MakeBundle(forgery.run, forgery.suite)->tar;
  std::swap(forgery.record(0), forgery.record(9));
  EXPECT_TRUE(tar == MakeBundle(forgery.run, forgery.suite)->tar);
}

TEST(BundleTest, IsNotMadeOfOtherResults) {
  Forgery forgery;
  forgery.header().list_sha256 = std::string(64, '0');
  EXPECT_FALSE(MakeBundle(forgery.run, forgery.suite).ok());
  forgery = Forgery();
  forgery.header().archive_sha256.clear();
  EXPECT_FALSE(MakeBundle(forgery.run, forgery.suite).ok());
  forgery = Forgery();
  forgery.header().suite = "0.0.9";
  EXPECT_FALSE(MakeBundle(forgery.run, forgery.suite).ok());
}

TEST(BundleTest, EveryKindOfTamperingIsFound) {
  for (const std::vector<Kind>* kinds : {&kPlain, &kConsistent, &kNumber}) {
    for (const Kind& kind : *kinds) {
      Forgery forgery;
      kind.forge(forgery);
      const std::string tar = WriteBundleTar(forgery.members);
      Expect(kind.name, kind.found,
             VerifyBundle(tar, forgery.suite, forgery.options));
    }
  }
  const Forgery good;
  for (const TarKind& kind : kTar) {
    std::string tar = WriteBundleTar(good.members);
    kind.change(&tar);
    Expect(kind.name, kind.found, VerifyBundle(tar, good.suite, good.options));
  }
  std::printf("%zu kinds of tampering, %zu found\n", g_kinds, g_found);
}

// Without the number: what an accident does is found by itself.
TEST(BundleTest, EveryChangedByteIsFound) {
  const Forgery good;
  std::string tar = WriteBundleTar(good.members);
  size_t missed = 0;
  for (size_t i = 0; i < tar.size(); ++i) {
    const char change = static_cast<char>(1 << (i % 8));
    tar[i] ^= change;
    missed += VerifyBundle(tar, good.suite, good.options).problems.empty();
    tar[i] ^= change;
  }
  EXPECT_EQ(missed, 0u);
  std::printf("%zu changed bytes, %zu missed\n", tar.size(), missed);
}

}  // namespace
}  // namespace onnxifi::conformance
