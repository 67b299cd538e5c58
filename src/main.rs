fn main() -> std::process::ExitCode {
    let file = std::env::args().nth(1).unwrap();
    let folder = std::path::absolute(&file).unwrap();
    let runtime = exocet::Runtime::builder()
        .path(folder.parent().unwrap())
        .unwrap()
        .arguments(std::env::args().skip(1))
        .build()
        .unwrap();
    let code = runtime.run(|vm| {
        let main = exocet::PythonModule::from_file(&file, "__main__").map_err(|e| e.into_exception(vm))?;
        exocet::run_main(&main, &exocet::mapper::pass_through(vm), vm)
    });
    std::process::ExitCode::from(code as u8)
}
