#ifndef SONDA_MODEL_SCORING_FORMULA_H
#define SONDA_MODEL_SCORING_FORMULA_H

#include "model/base/error.h"

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sonda
{

/** The figures of an agent that a formula may name (docs/formulas.md). */
enum class Variable : unsigned char
{
    RAM,            //!< free memory as reported, bytes
    RAM_TOTAL,      //!< memory of the machine as reported, bytes
    CPU,            //!< unused CPU as reported, percent of the whole machine
    CPU_10S,        //!< the same smoothed over 10 s, as reported
    CORES,          //!< cores that the server may use, as reported
    LOAD,           //!< run-queue length as reported
    SERVICE,        //!< mean time in the server as reported, seconds
    RATE,           //!< completions per second as reported
    ELAPSED,        //!< request departure to response arrival, hold time included, seconds
    RTT,            //!< smoothed RTT, seconds
    RTT_MIN,        //!< least RTT seen, seconds
    REPORTED,       //!< in flight as reported by the agent
    WEIGHT,         //!< operator's relative capacity
    AGE,            //!< time since the last report, seconds
    KNOWN,          //!< time since the first report, seconds
    IDLE,           //!< time since the last dispatch, or the first report, seconds
    INFLIGHT,       //!< dispatched and not completed, counted here
    SENT,           //!< dispatched since the last report
    DONE,           //!< ended since the last report
    WAITING,        //!< mean time since their dispatch of those in flight, seconds
    LATENCY,        //!< EWMA over time of the time from dispatch to completion, seconds
    LATENCY_PEAK,   //!< the same, following peaks at once, forgotten in 10 s
    LATENCY_STEADY, //!< the same, each completion with weight 0.05
    LATENCY_MEAN,   //!< mean of the last 100 completions
    FAILURES,       //!< recent failures, decaying
};

constexpr std::size_t VARIABLES = static_cast<std::size_t>(Variable::FAILURES) + 1;

/** Name, unit and meaning of a variable, for messages and for `--list`. */
struct VariableInfo
{
    Variable variable;
    const char* name;
    const char* unit;
    const char* meaning;
    bool isStatic; //!< changes only when a report arrives
};

/** \return all variables, in the order of the enumeration. */
const std::array<VariableInfo, VARIABLES>& AllVariables();

/** Whether the lowest or the highest score is best. */
enum class Sense
{
    LOWEST,
    HIGHEST,
};

/** The values that a formula is applied to, by Variable; NaN is "not known". */
using FormulaInputs = std::array<double, VARIABLES>;

/**
 * An expression over an agent's figures that yields its score, parsed once.
 *
 * Text form: a sense, a colon, an expression in muParser's syntax: `min: rtt * (1 + inflight)`.
 * Owns its parser; movable. Score() uses internal buffers: one formula must not be used by two
 * threads at once.
 */
class Formula
{
  public:
    /**
     * \param text sense and expression
     * \param name what the formula is called in results; empty: the text itself
     * \return the formula, or an error that shows the position in the text and what is allowed
     */
    static Expected<Formula> Parse(std::string_view text, const std::string& name = "");

    Formula(Formula&&) noexcept;
    Formula& operator=(Formula&&) noexcept;
    ~Formula();

    /**
     * \return the score, which may be infinite; NaN when the result is not a number or one of the
     *         used variables is not known. Only the used variables of \p inputs are read.
     */
    double
    Score(const FormulaInputs& inputs) const
    {
        return ScoreOf([&inputs](Variable variable)
                       { return inputs[static_cast<std::size_t>(variable)]; });
    }

    /** As Score(), but asks \p valueOf, from Variable to double, for the used variables only. */
    template <typename F>
    double
    ScoreOf(const F& valueOf) const
    {
        for (const auto variable : m_variables)
        {
            const double value = valueOf(variable);
            // Comparisons, min and max would turn "not known" into a number, maybe the best.
            if (value != value)
            {
                return value;
            }
            (*m_values)[static_cast<std::size_t>(variable)] = value;
        }
        return Evaluate();
    }

    /**
     * \return the score on a scale where less is better, a strict weak order; NaN ranks with the
     * worst infinity.
     */
    double
    Rank(double score) const
    {
        if (score != score)
        {
            return NAN_RANK;
        }
        return m_sense == Sense::LOWEST ? score : -score;
    }

    /** \return the score with this rank; NaN for the rank that NaN shares with the worst infinity.
     */
    double
    ScoreOfRank(double rank) const
    {
        if (rank == NAN_RANK)
        {
            return __builtin_nan("");
        }
        return m_sense == Sense::LOWEST ? rank : -rank;
    }

    Sense
    GetSense() const
    {
        return m_sense;
    }

    const std::string&
    GetName() const
    {
        return m_name;
    }

    /** \return the text, sense included. */
    const std::string&
    GetText() const
    {
        return m_text;
    }

    /** \return the variables that the expression uses. */
    const std::vector<Variable>&
    GetVariables() const
    {
        return m_variables;
    }

    bool Uses(Variable variable) const;

    /** \return whether the score can only change when a report arrives. */
    bool
    IsStatic() const
    {
        return m_static;
    }

  private:
    struct Expression;

    Formula(Sense sense,
            std::string text,
            std::string name,
            std::unique_ptr<Expression> expression);

    double Evaluate() const;

    /** \return whether some of many sets of figures give a finite score. */
    bool IsEverFinite() const;

    static constexpr double NAN_RANK = __builtin_huge_val();

    Sense m_sense;
    std::string m_text;
    std::string m_name;
    std::unique_ptr<Expression> m_expression;
    FormulaInputs* m_values; //!< of m_expression
    std::vector<Variable> m_variables;
    bool m_static;
};

} // namespace sonda

#endif
