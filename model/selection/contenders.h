#ifndef SONDA_MODEL_SELECTION_CONTENDERS_H
#define SONDA_MODEL_SELECTION_CONTENDERS_H

#include "model/base/error.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sonda
{

/** A formula and a policy, as texts that Catalogue::Find() and MakePolicy() read. */
struct Contender
{
    std::string formula;
    std::string policy;
};

/**
 * \param text FORMULA/POLICY, where the policy is what follows the last slash, or POLICY alone,
 *             which goes with its own formula (DefaultFormulaOf())
 * \return the two, or an error when there is no such policy; the formula is not looked up
 */
Expected<Contender> ParseContender(const std::string& text);

/** One named contender of the catalogue. */
struct ContenderEntry
{
    std::string name;
    std::string text; //!< see ParseContender()
    Contender contender;
    char section;    //!< of docs/policies.md, A to G
    unsigned number; //!< of docs/policies.md; 0: none
    std::string about;
    std::string source;
};

/** The named contenders: model/selection/contenders.json. */
class ContenderCatalogue
{
  public:
    using Section = std::pair<char, std::string>; //!< letter and title

    static ContenderCatalogue BuiltIn();

    /** \return the catalogue of a JSON text, or its first error. \param file for messages */
    static Expected<ContenderCatalogue> Parse(std::string_view text, const std::string& file);

    /** \return the contender of that name, or as ParseContender(). */
    Expected<Contender> Find(const std::string& nameOrText) const;

    const std::vector<Section>&
    Sections() const
    {
        return m_sections;
    }

    const std::vector<ContenderEntry>&
    Entries() const
    {
        return m_entries;
    }

  private:
    std::vector<Section> m_sections;
    std::vector<ContenderEntry> m_entries;
};

} // namespace sonda

#endif
