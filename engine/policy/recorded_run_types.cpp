#include "engine/policy/action_manifest.h"

namespace recourse {
namespace {

/// Tools that only recorded runs used: nobody here executes them.
ActionType read_tool(std::string_view name, std::vector<ArgSpec> args, std::string_view says) {
  return {.name = name,
          .effect = ActionEffect::read,
          .reversibility = Reversibility::R0,
          .category = "information",
          .args = std::move(args),
          .description = says};
}

ActionType write_tool(std::string_view name, Reversibility reversibility, std::string_view inverse,
                      std::string_view category, std::vector<ArgSpec> args, std::string_view says) {
  return {.name = name,
          .reversibility = reversibility,
          .inverse = inverse,
          .category = category,
          .args = std::move(args),
          .description = says};
}

ActionType thinking_tool(std::string_view name, std::string_view arg, std::string_view says) {
  ActionType type = read_tool(name, {{arg, ArgType::text}}, says);
  type.effect = ActionEffect::none;
  return type;
}

void add_retail(std::vector<ActionType>& types) {
  using enum Reversibility;
  using enum ArgType;
  const std::vector<ArgSpec> address{{"address1", text}, {"address2", text}, {"city", text},
                                     {"state", text},    {"country", text},  {"zip", text}};
  const auto with_address = [&](std::string_view key) {
    std::vector<ArgSpec> args{{key, text}};
    args.insert(args.end(), address.begin(), address.end());
    return args;
  };
  const std::vector<ArgSpec> exchange{
      {"order_id", text}, {"item_ids", list}, {"new_item_ids", list}, {"payment_method_id", text}};
  types.push_back(read_tool("find_user_id_by_name_zip",
                            {{"first_name", text}, {"last_name", text}, {"zip", text}},
                            "Finds a customer by name and zip code."));
  types.push_back(read_tool("find_user_id_by_email", {{"email", text}}, "Finds a customer."));
  types.push_back(read_tool("get_order_details", {{"order_id", text}}, "Reads an order."));
  types.push_back(read_tool("get_product_details", {{"product_id", text}}, "Reads a product."));
  types.push_back(read_tool("list_all_product_types", {}, "Lists the product types."));
  types.push_back(write_tool("cancel_pending_order", R4, "none", "financial",
                             {{"order_id", text}, {"reason", text}},
                             "A refund starts; an order cannot be un-cancelled."));
  types.push_back(write_tool("modify_pending_order_address", R2, "self", "order",
                             with_address("order_id"), "Undone with the address held before."));
  types.push_back(write_tool("modify_pending_order_payment", R2, "self", "financial",
                             {{"order_id", text}, {"payment_method_id", text}},
                             "Undone with the payment method held before."));
  types.push_back(write_tool("modify_pending_order_items", R4, "none", "financial", exchange,
                             "Allowed once per order."));
  types.push_back(write_tool("modify_user_address", R2, "self", "account", with_address("user_id"),
                             "Undone with the address held before."));
  types.push_back(write_tool("return_delivered_order_items", R4, "none", "financial",
                             {{"order_id", text}, {"item_ids", list}, {"payment_method_id", text}},
                             "A return is requested and the customer mailed."));
  types.push_back(write_tool("exchange_delivered_order_items", R4, "none", "financial", exchange,
                             "Allowed once per order; the customer is mailed."));
}

void add_airline(std::vector<ActionType>& types) {
  using enum Reversibility;
  using enum ArgType;
  const std::vector<ArgSpec> flight{{"origin", text}, {"destination", text}, {"date", text}};
  types.push_back(
      read_tool("get_reservation_details", {{"reservation_id", text}}, "Reads a reservation."));
  types.push_back(read_tool("list_all_airports", {}, "Lists the airports."));
  types.push_back(read_tool("search_direct_flight", flight, "Searches flights."));
  types.push_back(read_tool("search_onestop_flight", flight, "Searches flights with one stop."));
  types.push_back(write_tool(
      "book_reservation", R3, "cancel_reservation", "financial",
      {{"user_id", text}, {"flights", list}, {"passengers", list}, {"payment_methods", list}},
      "Payment moves; a certificate that was spent is not given back."));
  types.push_back(write_tool("cancel_reservation", R4, "none", "financial",
                             {{"reservation_id", text}}, "A reservation does not come back."));
  types.push_back(write_tool("update_reservation_flights", R3, "self", "financial",
                             {{"reservation_id", text}, {"flights", list}, {"payment_id", text}},
                             "Undone with the flights held before; the price may differ."));
  types.push_back(write_tool(
      "update_reservation_baggages", R4, "none", "financial",
      {{"reservation_id", text}, {"total_baggages", integer}, {"nonfree_baggages", integer}},
      "Bags can be added, not removed."));
  types.push_back(write_tool("update_reservation_passengers", R2, "self", "order",
                             {{"reservation_id", text}, {"passengers", list}},
                             "Undone with the passengers held before."));
  ActionType certificate =
      write_tool("send_certificate", R4, "none", "financial",
                 {{"user_id", text}, {"amount", decimal}}, "Money given away.");
  certificate.money_path = "amount";
  types.push_back(std::move(certificate));
}

}  // namespace

std::vector<ActionType> shop_types() {
  std::vector<ActionType> types;
  types.push_back(read_tool("get_user_details", {{"user_id", ArgType::text}}, "Reads a customer."));
  types.push_back(thinking_tool("calculate", "expression", "A step of the agent's own."));
  types.push_back(thinking_tool("think", "thought", "A step of the agent's own."));
  ActionType transfer =
      write_tool("transfer_to_human_agents", Reversibility::R1, "none", "escalation",
                 {{"summary", ArgType::text}}, "Hands the customer to a person.");
  transfer.effect = ActionEffect::handoff;
  types.push_back(std::move(transfer));
  add_retail(types);
  add_airline(types);
  return types;
}

std::vector<ActionType> office_types() {
  using enum Reversibility;
  using enum ArgType;
  constexpr std::string_view kSent = "A mail that was sent cannot be unsent.";
  constexpr std::string_view kStored = "Undone with the record held before.";
  return {
      read_tool("calendar.get_event_information_by_id", {}, "Reads an event."),
      read_tool("calendar.search_events", {}, "Searches the calendar."),
      write_tool("calendar.create_event", R2, "calendar.delete_event", "calendar", {},
                 "Undone by deleting the event."),
      write_tool("calendar.update_event", R2, "self", "calendar", {{"event_id", text}}, kStored),
      write_tool("calendar.delete_event", R2, "calendar.create_event", "calendar",
                 {{"event_id", text}}, kStored),
      read_tool("company_directory.find_email_address", {}, "Looks an address up."),
      read_tool("customer_relationship_manager.search_customers", {}, "Searches customers."),
      write_tool("customer_relationship_manager.add_customer", R2,
                 "customer_relationship_manager.delete_customer", "customer_record", {},
                 "Undone by deleting the record."),
      write_tool("customer_relationship_manager.update_customer", R2, "self", "customer_record",
                 {{"customer_id", text}}, kStored),
      write_tool("customer_relationship_manager.delete_customer", R2,
                 "customer_relationship_manager.add_customer", "customer_record",
                 {{"customer_id", text}}, kStored),
      read_tool("email.get_email_information_by_id", {}, "Reads a mail."),
      read_tool("email.search_emails", {}, "Searches mails."),
      write_tool("email.send_email", R3, "none", "communication", {{"recipient", text}}, kSent),
      write_tool("email.forward_email", R3, "none", "communication", {{"email_id", text}}, kSent),
      write_tool("email.reply_email", R3, "none", "communication", {{"email_id", text}}, kSent),
      write_tool("email.delete_email", R4, "none", "mail", {{"email_id", text}},
                 "No tool brings a deleted mail back."),
  };
}

}  // namespace recourse
