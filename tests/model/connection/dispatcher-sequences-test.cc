#include "tests/catch.h"
#include "tests/model/connection/naive-dispatcher.h"

#include <algorithm>
#include <chrono>
#include <random>

/** Short sequences, all of them, and long ones by chance, against the naive dispatcher. */
namespace sonda::test
{

namespace
{

using std::chrono::milliseconds;
using std::chrono::seconds;

/** A set of rules under which sequences are tried. */
struct Setting
{
    const char* name;
    ConnectionRules rules;
    bool holdsBack;
};

ConnectionRules
Shipped()
{
    ConnectionRules rules;
    rules.queue = rules.heldBack = milliseconds(50);
    rules.look = milliseconds(20);
    rules.connect = milliseconds(30);
    rules.idle = milliseconds(100);
    rules.halfClosed = milliseconds(70);
    rules.retriesAfterReset = 1;
    return rules;
}

std::vector<Setting>
Settings()
{
    Setting limited{"one connection at a time", Shipped(), false};
    limited.rules.mostConnections = 1;
    return {{"bare", ConnectionRules{}, false},
            {"bare, held back", ConnectionRules{}, true},
            {"as shipped", Shipped(), false},
            {"as shipped, held back", Shipped(), true},
            limited};
}

/** Both dispatchers on their way through a sequence. */
class Race
{
  public:
    Race(const Setting& setting, Fault fault)
        : m_real(setting.rules, setting.holdsBack),
          m_naive(setting.rules, setting.holdsBack, fault)
    {
    }

    bool
    IsPossible(const Happening& happening) const
    {
        return happening.IsForAll() ||
               test::IsPossible(happening.kind, m_real.StageOf(happening.who));
    }

    /** \return whether both still tell the same. */
    bool
    Do(const Happening& happening)
    {
        if (happening.kind == Happening::Kind::LITTLE_TIME)
        {
            m_now += milliseconds(7);
        }
        else if (happening.kind == Happening::Kind::DUE_TIME)
        {
            m_now = std::max(m_now, m_real.NextDue().value_or(m_now + seconds(1)));
        }
        m_real.Do(happening, m_now);
        m_naive.Do(happening, m_now);
        for (int who = 0; who < SCRIPTED_CLIENTS; ++who)
        {
            if (m_real.StageOf(who) != m_naive.StageOf(who))
            {
                return false;
            }
        }
        return m_real.told == m_naive.told && m_real.NextDue() == m_naive.NextDue();
    }

    std::string
    Report() const
    {
        std::string text = "the dispatcher, then the naive one:\n";
        for (const auto* told : {&m_real.told, &m_naive.told})
        {
            for (const Told& one : *told)
            {
                text += "  " + ToText(one) + "\n";
            }
            text += "--\n";
        }
        return text;
    }

    ScriptedDispatcher&
    Real()
    {
        return m_real;
    }

  private:
    Instant m_now{seconds(100)};
    ScriptedDispatcher m_real;
    NaiveDispatcher m_naive;
};

/** \return every happening that there is. */
Sequence
Alphabet()
{
    Sequence all;
    for (int kind = 0; kind < static_cast<int>(Happening::Kind::COUNT); ++kind)
    {
        const Happening happening{static_cast<Happening::Kind>(kind), 0};
        all.push_back(happening);
        if (!happening.IsForAll())
        {
            all.push_back({happening.kind, 1});
        }
    }
    return all;
}

/** Tries all sequences of one length; stops at the first difference. */
class Search
{
  public:
    Search(Setting setting, Fault fault, std::size_t length)
        : m_setting(std::move(setting)),
          m_fault(fault),
          m_length(length)
    {
    }

    /** \return whether a difference was found. */
    bool
    Run()
    {
        return Extend();
    }

    Sequence sequence; //!< that led to the difference
    std::string report;
    std::uint64_t tried{0};

  private:
    bool
    Extend()
    {
        static const Sequence alphabet = Alphabet();
        for (const Happening& next : alphabet)
        {
            Race race(m_setting, m_fault);
            for (const Happening& before : sequence)
            {
                race.Do(before);
            }
            // Which of the clients is the first to be served makes no difference.
            const bool isMirror = sequence.empty() && next.who == 1;
            if (isMirror || !race.IsPossible(next))
            {
                continue;
            }
            const bool same = race.Do(next);
            sequence.push_back(next);
            ++tried;
            if (!same)
            {
                report = race.Report();
                return true;
            }
            if (sequence.size() < m_length && Extend())
            {
                return true;
            }
            sequence.pop_back();
        }
        return false;
    }

    Setting m_setting;
    Fault m_fault;
    std::size_t m_length;
};

} // namespace

TEST_CASE("all short sequences are told as the naive dispatcher tells them")
{
    for (const Setting& setting : Settings())
    {
        Search search(setting, Fault::NONE, 6);
        const bool differs = search.Run();
        INFO(setting.name << ": " << ToText(search.sequence) << "\n" << search.report);
        CHECK_FALSE(differs);
        CHECK(search.tried > 10'000);
    }
}

TEST_CASE("a planted fault of every kind is found within a second")
{
    const auto fault = static_cast<Fault>(GENERATE(range(1, static_cast<int>(Fault::COUNT))));
    const auto start = std::chrono::steady_clock::now();
    bool found = false;
    for (std::size_t length = 1; length <= 7 && !found; ++length)
    {
        for (const Setting& setting : Settings())
        {
            Search search(setting, fault, length);
            found = found || search.Run();
        }
    }
    const auto took = std::chrono::steady_clock::now() - start;
    INFO("fault " << static_cast<int>(fault) << " after "
                  << std::chrono::duration<double>(took).count() << " s");
    CHECK(found);
}

TEST_CASE("long sequences by chance are told as the naive dispatcher tells them")
{
    const auto seed = std::random_device{}();
    std::mt19937 random(seed);
    const Sequence alphabet = Alphabet();
    std::uint64_t steps = 0;
    for (int round = 0; round < 100'000; ++round)
    {
        const auto settings = Settings();
        const Setting& setting = settings[random() % settings.size()];
        Race race(setting, Fault::NONE);
        Sequence sequence;
        for (int step = 0; step < 300; ++step)
        {
            const Happening next = alphabet[random() % alphabet.size()];
            if (!race.IsPossible(next))
            {
                continue;
            }
            sequence.push_back(next);
            ++steps;
            if (!race.Do(next))
            {
                INFO("seed " << seed << ", " << setting.name << ": " << ToText(sequence) << "\n"
                             << race.Report());
                FAIL();
            }
        }
    }
    CHECK(steps > 1'000'000);
}

TEST_CASE("what is handed out comes back")
{
    const auto seed = std::random_device{}();
    INFO("seed " << seed);
    std::mt19937 random(seed);
    const Sequence alphabet = Alphabet();
    for (int round = 0; round < 5'000; ++round)
    {
        Race race({"as shipped", Shipped(), false}, Fault::NONE);
        for (int step = 0; step < 40; ++step)
        {
            const Happening next = alphabet[random() % alphabet.size()];
            if (race.IsPossible(next))
            {
                race.Do(next);
            }
        }
        for (int who = 0; who < SCRIPTED_CLIENTS; ++who)
        {
            const Happening cut{Happening::Kind::CUT, who};
            if (race.IsPossible(cut))
            {
                race.Do(cut);
            }
        }
        REQUIRE(race.Real().DispatchesOut() == 0);
        REQUIRE(race.Real().agents.busy == std::array<bool, 2>{});
        const auto& told = race.Real().told;
        const auto count = [&told](char what)
        {
            return std::count_if(told.begin(),
                                 told.end(),
                                 [what](const Told& t) { return t.what == what; });
        };
        const auto dispatched =
            std::count_if(told.begin(),
                          told.end(),
                          [](const Told& t) { return t.what == 'P' && t.agent >= 0; });
        REQUIRE(dispatched == count('E'));
        REQUIRE(count('X') == SCRIPTED_CLIENTS);
    }
}

} // namespace sonda::test
