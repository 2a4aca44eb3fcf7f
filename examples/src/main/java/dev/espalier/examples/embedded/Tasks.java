package dev.espalier.examples.embedded;

import static dev.espalier.examples.embedded.Slot.choice;
import static dev.espalier.examples.embedded.Slot.date;
import static dev.espalier.examples.embedded.Slot.flag;
import static dev.espalier.examples.embedded.Slot.integer;
import static dev.espalier.examples.embedded.Slot.list;
import static dev.espalier.examples.embedded.Slot.number;
import static dev.espalier.examples.embedded.Slot.object;
import static dev.espalier.examples.embedded.Slot.text;
import static dev.espalier.examples.embedded.Slot.time;

import java.util.List;
import java.util.stream.Stream;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The catalogue of everything the embedded model was trained to do. */
public final class Tasks {
  private static final List<Task> TOOLS =
      List.of(
          tool(
              "create_event",
              "Put an event into the calendar.",
              List.of(
                  text("title", Draw::title),
                  date("date"),
                  time("time"),
                  list(1, 3, text("attendees", Draw::given)).asOptional()),
              "Schedule {title} on {date} at {time}.",
              "Create an event called {title} on {date} at {time} with {attendees}.",
              "Put {title} into my calendar for {date}, {time}.",
              "Schedule {title} with {attendees} on {date} at {time}."),
          tool(
              "send_message",
              "Send a short message to a person.",
              List.of(
                  text("to", Draw::person),
                  choice("channel", "email", "sms", "chat"),
                  text("body", Draw::clause)),
              "Tell {to} by {channel} that {body}.",
              "Send {to} this {channel}: {body}.",
              "Write a {channel} message to {to} saying that {body}."),
          tool(
              "get_weather",
              "Get the weather forecast of a city.",
              List.of(
                  text("city", Draw::city),
                  integer("days", 1, 14).asOptional(),
                  choice("unit", "celsius", "fahrenheit").asOptional()),
              "What is the weather in {city}?",
              "Show the forecast for {city} for {days} days.",
              "Weather in {city} for the next {days} days in {unit}.",
              "How warm is it in {city} in {unit}?"),
          tool(
              "set_timer",
              "Start a timer.",
              List.of(integer("minutes", 1, 180), text("label", Draw::thing).asOptional()),
              "Set a timer for {minutes} minutes.",
              "Start a {minutes} minute timer for the {label}.",
              "Remind me of the {label} in {minutes} minutes."),
          tool(
              "transfer_money",
              "Send money to somebody.",
              List.of(
                  text("recipient", Draw::person),
                  number("amount", 10_000, Draw::amount),
                  choice("currency", "EUR", "USD", "GBP", "CHF"),
                  text("reference", Draw::thing).asOptional()),
              "Send {amount} {currency} to {recipient}.",
              "Pay {recipient} {amount} {currency} for the {reference}.",
              "Transfer {amount} {currency} to {recipient} with the reference {reference}."),
          tool(
              "book_table",
              "Reserve a table at a restaurant.",
              List.of(
                  text("restaurant", Draw::title),
                  integer("guests", 1, 12),
                  date("date"),
                  time("time")),
              "Book a table for {guests} at {restaurant} on {date} at {time}.",
              "Reserve {restaurant} on {date} at {time} for {guests} people.",
              "I want to eat at {restaurant} with {guests} guests on {date} at {time}."),
          tool(
              "add_contact",
              "Add a person to the address book.",
              List.of(
                  text("name", Draw::person),
                  text("email", Draw::email).asOptional(),
                  text("phone", Draw::phone).asOptional()),
              "Add {name} to my contacts, email {email}.",
              "Save the number of {name}: {phone}.",
              "New contact: {name}, {email}, phone {phone}."),
          tool(
              "search_flights",
              "Look for flights between two cities.",
              List.of(
                  text("from", Draw::city),
                  text("to", Draw::city),
                  date("date"),
                  integer("passengers", 1, 9).asOptional(),
                  choice("cabin", "economy", "business", "first").asOptional()),
              "Find flights from {from} to {to} on {date}.",
              "Fly from {from} to {to} on {date} with {passengers} passengers.",
              "Search {cabin} flights to {to} from {from} on {date} for {passengers} people."),
          tool(
              "play_music",
              "Play a track.",
              List.of(
                  text("track", Draw::title),
                  text("artist", Draw::person).asOptional(),
                  integer("volume", 1, 100).asOptional()),
              "Play {track}.",
              "Play {track} by {artist}.",
              "Play the song {track} by {artist} at volume {volume}.",
              "Put on {track} at volume {volume}."),
          tool(
              "set_thermostat",
              "Set the temperature of a room.",
              List.of(
                  text("room", draw -> draw.word("room")),
                  number("temperature", 100, Draw::decimal),
                  choice("mode", "heat", "cool", "auto").asOptional()),
              "Set the {room} to {temperature} degrees.",
              "Make it {temperature} degrees in the {room}.",
              "Set the {room} thermostat to {temperature} degrees in {mode} mode."),
          tool(
              "place_order",
              "Order goods for a customer.",
              List.of(
                  object(
                      "customer",
                      "{name} in {city}",
                      text("name", Draw::person),
                      text("city", Draw::city)),
                  list(
                      1,
                      3,
                      object(
                          "items",
                          "{quantity} {product}",
                          integer("quantity", 1, 40),
                          text("product", Draw::thing)))),
              "Order {items} for {customer}.",
              "Place an order of {items} for {customer}.",
              "{customer} orders {items}."));

  private static final List<Task> RECORDS =
      List.of(
          record(
              "person",
              "A person with a job and skills.",
              List.of(
                  text("name", Draw::person),
                  integer("age", 18, 90),
                  text("city", Draw::city),
                  list(1, 3, text("skills", draw -> draw.word("skill")))),
              "{name} is {age} years old, lives in {city} and knows {skills}.",
              "{name}, {age}, from {city}. Skills: {skills}.",
              "In {city} lives {name}, aged {age}, who likes {skills}."),
          record(
              "invoice",
              "An invoice with its lines.",
              List.of(
                  text("number", draw -> draw.code("INV")),
                  text("customer", Draw::person),
                  date("date"),
                  list(
                      1,
                      2,
                      object(
                          "lines",
                          "{quantity} {item} at {price}",
                          text("item", Draw::thing),
                          integer("quantity", 1, 40),
                          number("price", 10_000, Draw::amount)))),
              "{number} for {customer}, dated {date}: {lines}.",
              "On {date} {customer} got {number} for {lines}.",
              "Invoice {number} of {date} to {customer} over {lines}."),
          record(
              "company",
              "A company and its address.",
              List.of(
                  text("name", Draw::title),
                  integer("founded", 1850, 2024),
                  object(
                      "address",
                      "{number} {street}, {city}",
                      text("street", Draw::street),
                      integer("number", 1, 300),
                      text("city", Draw::city))),
              "{name} was founded in {founded} and sits at {address}.",
              "{name}, {address}, since {founded}.",
              "Founded in {founded}, {name} has its office at {address}."),
          record(
              "book",
              "A book and its genres.",
              List.of(
                  text("title", Draw::title),
                  text("author", Draw::person),
                  integer("year", 1850, 2026),
                  list(1, 2, text("genres", draw -> draw.word("genre")))),
              "{title} by {author} came out in {year}, filed under {genres}.",
              "{author} wrote {title} in {year}; {genres}.",
              "{title} ({year}) is a book by {author} about {genres}."),
          record(
              "product",
              "A product of a shop.",
              List.of(
                  text("name", Draw::thing),
                  number("price", 10_000, Draw::amount),
                  list(1, 3, text("colors", draw -> draw.word("color"))),
                  flag("in_stock", "in stock", "sold out")),
              "The {name} costs {price}, comes in {colors} and is {in_stock}.",
              "{name}, {in_stock}, {price} each, colors {colors}.",
              "For {price} you get the {name} in {colors}; it is {in_stock}."),
          record(
              "recipe",
              "A recipe and its ingredients.",
              List.of(
                  text("title", Draw::title),
                  integer("servings", 1, 12),
                  list(
                      2,
                      3,
                      object(
                          "ingredients",
                          "{grams} g {name}",
                          text("name", draw -> draw.word("food")),
                          integer("grams", 5, 900)))),
              "{title} serves {servings} and takes {ingredients}.",
              "For {servings} servings of {title} use {ingredients}.",
              "{title}: {ingredients}, for {servings} people."),
          record(
              "incident",
              "A fault report.",
              List.of(
                  text("id", draw -> draw.code("TCK")),
                  choice("severity", "low", "medium", "high", "critical"),
                  text("summary", Draw::clause),
                  object(
                      "reporter",
                      "{name} ({email})",
                      text("name", Draw::person),
                      text("email", Draw::email))),
              "{id}, {severity}: {summary}. Reported by {reporter}.",
              "{reporter} reports {id} with {severity} severity: {summary}.",
              "A {severity} fault, {id}, came from {reporter}: {summary}."));

  /**
   * Says a text again: the plainest lesson in copying, and the larger part of the first steps of
   * training.
   */
  static final Task REPEAT =
      prose(
          "repeat",
          "Say a text again.",
          List.of(
              text("a", Draw::clause),
              text("b", Draw::title),
              text("c", Draw::person),
              text("d", Draw::invented)),
          "Repeat: {a}, {b}, {c}, {d}. => {a}, {b}, {c}, {d}.",
          "Say {d} {c} {b} and {a}. => {d} {c} {b} and {a}.");

  private static final List<Task> PROSE =
      List.of(
          REPEAT,
          prose(
              "greeting",
              "Answer a greeting.",
              List.of(text("name", Draw::given), text("city", Draw::city)),
              "Hello, I am {name} from {city}. => Hello {name}! How is the weather in {city}?",
              "Good morning, my name is {name}, I live in {city}. => Good morning, {name} from {city}! How can I help you?"),
          prose(
              "town",
              "Say something about a town.",
              List.of(
                  text("city", Draw::city),
                  text("adjective", draw -> draw.word("adjective")),
                  text("noun", draw -> draw.word("noun"))),
              "Tell me about {city} and its {adjective} {noun}. => {city} is a friendly town. Many people visit it to see the {adjective} {noun}.",
              "What is {city} with the {adjective} {noun} like? => In {city} the days are calm, and everybody loves the {adjective} {noun}."),
          prose(
              "story",
              "Tell a very short story.",
              List.of(
                  text("name", Draw::given),
                  text("thing", Draw::thing),
                  text("room", draw -> draw.word("room"))),
              "Tell me a story about {name}, a {thing} and a {room}. => Once {name} found a {thing}. It lay in the {room}, and nobody knew why. {name} took it home and was happy.",
              "Write about {name} who lost a {thing} in the {room}. => One day {name} lost a {thing}. After a long search it was in the {room}. In the end {name} laughed."));

  private Tasks() {}

  /** The tools, in a fixed order. */
  public static List<Task> tools() {
    return TOOLS;
  }

  /** The record types, in a fixed order. */
  public static List<Task> records() {
    return RECORDS;
  }

  static List<Task> prose() {
    return PROSE;
  }

  /** Tools and record types. */
  public static List<Task> structured() {
    return Stream.concat(TOOLS.stream(), RECORDS.stream()).toList();
  }

  /**
   * The tool or record type of that name.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static Task named(String name) {
    return structured().stream()
        .filter(task -> task.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "no tool or record type '" + name + "'; there are " + structured()));
  }

  /**
   * The JSON Schema of a call of any tool, as indented text: {@code anyOf} over {@link #tools()}.
   */
  public static String anyToolSchema() {
    ObjectNode schema = JsonNodeFactory.instance.objectNode();
    ArrayNode calls = schema.putArray("anyOf");
    TOOLS.forEach(tool -> calls.add(tool.answerSchema()));
    return JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(schema);
  }

  private static Task tool(String name, String description, List<Slot> slots, String... phrases) {
    return new Task(Task.Kind.TOOL, name, description, slots, List.of(phrases));
  }

  private static Task record(String name, String description, List<Slot> slots, String... phrases) {
    List<String> requests =
        Stream.of(phrases).map(phrase -> "Extract the " + name + ": " + phrase).toList();
    return new Task(Task.Kind.RECORD, name, description, slots, requests);
  }

  private static Task prose(String name, String description, List<Slot> slots, String... phrases) {
    return new Task(Task.Kind.PROSE, name, description, slots, List.of(phrases));
  }
}
