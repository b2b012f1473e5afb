//! A guest whose imports are in WIT only.

wit_bindgen::generate!({
    inline: "
        package example:guest;

        interface host {
            log: func(text: string);
            close: func(handle: u32) -> u32;
            resource file {
                constructor(path: string);
                read: func(length: u32) -> list<u8>;
            }
        }

        world guest {
            import host;
            import name: func() -> string;
            export run: func();
        }
    ",
});

struct App;

impl Guest for App {
    fn run() {
        let file = example::guest::host::File::new(&name());
        example::guest::host::log(&format!("{:?}", file.read(16)));
        let _ = example::guest::host::close(1);
    }
}

export!(App);
