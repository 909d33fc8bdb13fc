#include "model/metrics/result-files.h"
#include "model/metrics/run-recorder.h"
#include "model/scoring/catalogue.h"
#include "model/table/status-table.h"
#include "tests/catch.h"

#include <sstream>

using namespace sonda;
using namespace std::chrono_literals;

namespace
{

/** Two agents of capacity 1 and 3, windows of 5 s, a warm-up of 5 s, an empty table. */
struct Recorded
{
    RunRecorder run{RecorderOptions{5s, 5s}};
    StatusTable table{std::move(*Catalogue::BuiltIn().Find("none")), TableTiming()};
    std::uint32_t small{run.AddAgent("small", 1)};
    std::uint32_t large{run.AddAgent("large", 3)};

    static Instant
    At(double seconds)
    {
        return Instant() + FromSeconds(seconds);
    }
};

using Writer = void (*)(std::ostream&, const RunRecorder&);

std::string
Written(const RunRecorder& run, Writer write)
{
    std::ostringstream out;
    write(out, run);
    return out.str();
}

} // namespace

TEST_CASE("in flight is averaged over the time of a window, and its most is kept")
{
    Recorded r;
    r.run.OnDispatch(r.small, r.At(1), 0s);
    r.run.OnDispatch(r.small, r.At(2), 0s);
    r.run.OnCompletion(r.small, r.At(4), true);
    r.run.CloseWindow({&r.table}, r.At(5));
    r.run.OnRetry(r.small, r.At(6));
    r.run.CloseWindow({&r.table}, r.At(10));
    REQUIRE(r.run.Windows().size() == 4);
    // One for 4 s and another for 2 s of the first window, one for 1 s of the second.
    CHECK(r.run.Windows()[0].inFlightOver.mean == Approx((4 + 2 - 1 + 1) / 5.0));
    CHECK(r.run.Windows()[0].inFlightOver.most == 2);
    CHECK(r.run.Windows()[1].inFlightOver.mean == 0);
    CHECK(r.run.Windows()[2].inFlightOver.mean == Approx(0.2));
    CHECK(r.run.Windows()[2].inFlightOver.most == 1);
    CHECK(r.run.MostInFlight() == 1); // the warm-up's two do not count
}

TEST_CASE("the age of the report counts at each pick after the warm-up")
{
    Recorded r;
    r.run.OnDispatch(r.small, r.At(4.9), 40s);
    r.run.OnDispatch(r.small, r.At(5), 1s);
    r.run.OnDispatch(r.large, r.At(6), 3s);
    CHECK(r.run.ReportAges().Count() == 2);
    CHECK(r.run.ReportAges().Mean() == 2);
    const std::string csv = Written(r.run, WriteAges);
    CHECK(csv.substr(0, 19) == "low_s,high_s,count\n");
    CHECK(std::count(csv.begin(), csv.end(), '\n') == 3);
}

TEST_CASE("the series counts the warm-up, the response times do not")
{
    Recorded r;
    r.run.OnResponse(r.At(0.001), 2s, true);
    r.run.OnResponse(r.At(0.0015), 1s, false);
    r.run.OnResponse(r.At(0.003), 1s, true);
    CHECK(r.run.ResponseTimes().Count() == 0);
    CHECK(Written(r.run, WriteSeries) == "start_s,end_s,answered,failures,mean_s\n"
                                         "0,0.001,0,0,\n"
                                         "0.001,0.002,1,1,2\n"
                                         "0.002,0.003,0,0,\n"
                                         "0.003,0.004,1,0,1\n");
}

TEST_CASE("fairness has a row for each window, and its mean is over those after the warm-up")
{
    Recorded r;
    r.run.OnDispatch(r.small, r.At(1), 0s);
    r.run.CloseWindow({&r.table}, r.At(5));
    for (int i = 0; i < 4; ++i)
    {
        r.run.OnDispatch(i == 0 ? r.small : r.large, r.At(6), 0s);
    }
    r.run.CloseWindow({&r.table}, r.At(10));
    r.run.CloseWindow({&r.table}, r.At(12));
    // Windows: all to the small one; the ideal split 1:3; no pick, cut short by the end at 12 s.
    std::ostringstream out;
    WriteFairness(out, r.run, r.At(12));
    std::istringstream lines(out.str());
    std::string line;
    std::getline(lines, line);
    CHECK(line == "window,start_s,end_s,picks,jain,chance");
    std::getline(lines, line);
    CHECK(line.substr(0, 12) == "0,0,5,1,0.5,");
    std::getline(lines, line);
    CHECK(line.substr(0, 11) == "1,5,10,4,1,");
    std::getline(lines, line);
    CHECK(line == "2,10,12,0,,");
    CHECK(r.run.GetFairness().windows == 1);
    CHECK(r.run.GetFairness().jain == 1);
    CHECK(r.run.GetFairness().chance < 1);
}

TEST_CASE("the summary holds what a run can tell and leaves the rest empty")
{
    Recorded r;
    std::ostringstream out;
    WriteSummary(out, r.run, {{"unfinished", 3}});
    const std::string csv = out.str();
    CHECK(csv.find("\nin_flight_max,0\n") != std::string::npos);
    CHECK(csv.find("\nreport_age_mean_s,\n") != std::string::npos);
    CHECK(csv.find("\nmean_s,\n") != std::string::npos);
    CHECK(csv.find("\nunfinished,3\n") != std::string::npos);
}
